//! What a run costs when its input doubles: time and memory grow with the input, never faster.
//!
//! Each case makes an input of any size. `doubled` counts the instructions of a small input and of one twice as large with
//! callgrind; `full` runs the sizes that a hostile input may have, within ten seconds and 512 MiB. Both print a table:
//!
//! ```text
//! cargo test --release --test cost -- --ignored --nocapture --test-threads 1
//! ```
//!
//! `CASES=forecast` runs those of which the name contains the word.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "cost/cases.rs"]
mod cases;
#[path = "cost/inputs.rs"]
mod inputs;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cases::{CASES, Case};

/// Twice the input takes at most twice the instructions, with room for what grows by a logarithm.
const MOST_GROWTH: f64 = 2.0 * 1.15;

/// How long the largest input may take.
const MOST_TIME: Duration = Duration::from_secs(10);

/// How much memory it may take, in KiB.
const MOST_MEMORY: u64 = 512 << 10;

const TOOL: &str = env!("CARGO_BIN_EXE_credgate");

fn wanted() -> impl Iterator<Item = &'static Case> {
    #[expect(
        clippy::disallowed_methods,
        reason = "whoever measures chooses the cases"
    )]
    let wanted = std::env::var("CASES").unwrap_or_default();
    CASES.iter().filter(move |case| case.name.contains(&wanted))
}

/// Makes the input of a case, and returns the command that reads it.
fn command(case: &Case, size: usize, folder: &Path, program: &[&str]) -> Command {
    let input = (case.input)(size);
    fs::write(folder.join("base.yaml"), inputs::ERRORS).unwrap();
    fs::write(folder.join("credgate.yaml"), input.policy).unwrap();
    fs::write(folder.join("inventory.json"), input.inventory).unwrap();
    let words: Vec<&str> = program.iter().copied().chain([TOOL]).collect();
    let (first, rest) = words.split_first().unwrap();
    let mut command = Command::new(first);
    command
        .args(rest)
        .args(case.arguments.split(' '))
        .args(["--now", "2026-11-23T00:00:00Z"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

/// Counts the instructions of a run.
fn instructions(case: &Case, size: usize) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let valgrind = [
        "valgrind",
        "--tool=callgrind",
        "--callgrind-out-file=/dev/null",
    ];
    let output = command(case, size, folder.path(), &valgrind)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code().is_some_and(|code| code <= 1),
        "{}: {said}",
        case.name
    );
    let (_, count) = said.split_once("Collected : ").unwrap();
    count.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
#[ignore = "needs valgrind and minutes"]
fn doubled() {
    println!("| case | n | million instructions | 2 n | growth |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    let mut wrong = Vec::new();
    for case in wanted() {
        let (once, twice) = (
            instructions(case, case.small),
            instructions(case, 2 * case.small),
        );
        #[expect(clippy::cast_precision_loss, reason = "a ratio needs no more digits")]
        let growth = twice as f64 / once as f64;
        let (name, small) = (case.name, case.small);
        let (once, twice) = (once / 1_000_000, twice / 1_000_000);
        println!("| {name} | {small} | {once} | {twice} | {growth:.2} |");
        if growth > MOST_GROWTH {
            wrong.push(name);
        }
    }
    assert!(
        wrong.is_empty(),
        "these grow faster than their input: {wrong:?}"
    );
}

/// Returns the most memory that a process has taken so far, in KiB.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[test]
#[ignore = "takes a minute, and needs a release build"]
fn full() {
    println!("| case | n | seconds | MiB |");
    println!("| --- | ---: | ---: | ---: |");
    let mut wrong = Vec::new();
    for case in wanted() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(case, case.full, folder.path(), &[]);
        let begin = Instant::now();
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let mut memory = 0;
        let status = loop {
            memory = memory.max(peak(child.id()).unwrap_or_default());
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if begin.elapsed() > 6 * MOST_TIME {
                child.kill().unwrap();
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let time = begin.elapsed();
        let (name, size) = (case.name, case.full);
        println!(
            "| {name} | {size} | {:.2} | {} |",
            time.as_secs_f64(),
            memory >> 10
        );
        let judged = status.code().is_some_and(|code| code <= 1);
        if !judged || time > MOST_TIME || memory > MOST_MEMORY {
            wrong.push(name);
        }
    }
    assert!(
        wrong.is_empty(),
        "these take too long or too much: {wrong:?}"
    );
}
