//! Random edits of the migration windows of a policy.

use serde_json::{Value, json};

use super::edits::{Editor, Effect};
use super::moments::spell_day;
use super::reference::day;

const LIST: &str = "migration-windows";

/// First day, last day for secrets alone, last day.
fn days_of(window: &Value) -> [i64; 3] {
    let closes = day(&window["closes"]);
    let by = window.get("certificate-by").map_or(closes, day);
    [day(&window["opens"]), by, closes]
}

/// What less of a window does: the rule about secrets added in it finds less, too.
fn less(editor: &Editor) -> Effect {
    if editor.is_on("secret-added-during-migration") {
        Effect::Open
    } else {
        Effect::Never
    }
}

/// What more of a window does: nothing, where it is closed.
fn more(editor: &Editor, window: &Value) -> Effect {
    if day(&window["closes"]) < editor.today {
        Effect::Never
    } else {
        Effect::Looser
    }
}

fn some_days(editor: &mut Editor) -> [i64; 3] {
    let today = editor.today;
    let mut days = [0; 3].map(|_| {
        let near = editor.random.between(-2, 2);
        let far = editor.random.between(-50, 50);
        today + editor.random.pick(&[near, far])
    });
    days.sort_unstable();
    days
}

#[expect(clippy::unnecessary_wraps, reason = "edits share a signature")]
pub(super) fn added(editor: &mut Editor) -> Option<Effect> {
    let [opens, by, closes] = some_days(editor);
    let id = format!("added-{}", editor.random.below(1_000_000));
    let app_id = editor.app_id();
    let is_bounded = editor.policy["governance"]["window-max-term"].is_string();
    let applications = if is_bounded && editor.random.percent(30) {
        json!("all")
    } else {
        json!([app_id])
    };
    let window = json!({
        "id": id,
        "applications": applications,
        "reason": "Another cutover.",
        "opens": spell_day(opens),
        "certificate-by": spell_day(by),
        "closes": spell_day(closes),
    });
    let effect = more(editor, &window);
    editor.list(LIST).push(window);
    Some(effect)
}

pub(super) fn removed(editor: &mut Editor) -> Option<Effect> {
    let count = editor.list(LIST).len();
    let at = (count > 0).then(|| editor.random.below(count))?;
    let window = editor.list(LIST).remove(at);
    Some(if day(&window["closes"]) < editor.today {
        Effect::Never
    } else {
        less(editor)
    })
}

pub(super) fn days(editor: &mut Editor) -> Option<Effect> {
    let (today, less, which) = (editor.today, less(editor), editor.random.below(4));
    let others = some_days(editor);
    let window = editor.entry(LIST)?;
    let old = days_of(window);
    let mut new = old;
    match which {
        3 => new = others,
        one => new[one] = others[one],
    }
    new.sort_unstable();
    let keys = ["opens", "certificate-by", "closes"];
    for (key, day) in keys.into_iter().zip(new) {
        window[key] = json!(spell_day(day));
    }
    let ([old_opens, old_by, old_closes], [opens, by, closes]) = (old, new);
    // Days from today on that are tolerated now and were not.
    let grows = |old_end: i64, end: i64| {
        let (first, old_first) = (opens.max(today), old_opens.max(today));
        first <= end && (old_first > old_end || first < old_first || end > old_end)
    };
    Some(if grows(old_by, by) || grows(old_closes, closes) {
        Effect::Looser
    } else if opens > old_opens && opens <= today && closes >= today {
        Effect::Open
    } else if closes.max(old_closes) < today || (opens, closes) == (old_opens, old_closes) {
        Effect::Never
    } else {
        less
    })
}

pub(super) fn scope(editor: &mut Editor) -> Option<Effect> {
    let (app_id, way) = (editor.app_id(), editor.random.below(4));
    let less = less(editor);
    let is_bounded = editor.policy["governance"]["window-max-term"].is_string();
    let today = editor.today;
    let window = editor.entry(LIST)?;
    let is_over = day(&window["closes"]) < today;
    let less = if is_over { Effect::Never } else { less };
    if window["applications"] == "all" {
        window["applications"] = json!([app_id]);
        return Some(less);
    }
    if way == 0 && is_bounded {
        window["applications"] = json!("all");
        let window = window.clone();
        return Some(more(editor, &window));
    }
    let listed = window["applications"].as_array_mut().unwrap();
    if way == 1 {
        if listed.len() < 2 {
            return None;
        }
        listed.remove(0);
        return Some(less);
    }
    let is_known = |known: &Value| known.as_str().unwrap().eq_ignore_ascii_case(&app_id);
    if listed.iter().any(is_known) {
        return None;
    }
    listed.push(json!(app_id));
    let window = window.clone();
    Some(more(editor, &window))
}

pub(super) fn called(editor: &mut Editor) -> Option<Effect> {
    let name = format!("called-{}", editor.random.below(1_000_000));
    let key = editor.random.pick(&["id", "reason", "owner", "ticket"]);
    editor.entry(LIST)?[key] = json!(name);
    Some(Effect::Never)
}
