//! A policy that a command writes: read before, and then replaced whole or not at all.
//!
//! In: the name of a file. Out: its text, or a new file in its place. It never follows a link: whoever wrote the files
//! that are checked out may have laid it, and what it leads to is not theirs to change.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use credgate::escape::printable;
use credgate::policy::{self, Change, EditError, Edited, Policy};
use credgate::{rules, source};

use super::Failure;
use super::args::Colour;
use super::policy::failure;
use super::report_file::{self, Draft, Place};

/// The file of a policy.
#[derive(Debug)]
pub(super) struct PolicyFile<'name> {
    pub(super) path: &'name Path,
    /// As messages show it.
    pub(super) shown: String,
}

impl<'name> PolicyFile<'name> {
    /// Looks at nothing yet.
    pub(super) fn named(name: &'name str, folder: &Path) -> Self {
        let path = Path::new(name);
        Self {
            path,
            shown: source::shown(path, folder),
        }
    }

    /// Tells whether there is anything of this name, a link that leads nowhere included.
    pub(super) fn exists(&self) -> bool {
        // What cannot be looked at may be there.
        fs::symlink_metadata(self.path)
            .map_or_else(|error| error.kind() != io::ErrorKind::NotFound, |_| true)
    }

    /// Returns the option that names it to another command, as it is typed; nothing where that is usual.
    pub(super) fn as_option(&self) -> String {
        let shown = printable(&self.shown);
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._/-".contains(letter);
        match &*shown {
            "credgate.yaml" => String::new(),
            plain if plain.chars().all(is_plain) => format!(" --policy {plain}"),
            other => format!(" --policy '{}'", other.replace('\'', "'\\''")),
        }
    }

    /// Loads the policy that is there, with the text of its file.
    pub(super) fn load(&self) -> Result<(Policy, String), Failure> {
        self.refuse_link()?;
        // What is no file of a bearable size is refused here, before it is read as a whole.
        let policy = policy::load(self.path, &self.shown, &rules::descriptors());
        let policy = policy.map_err(|error| failure(&error, Colour::Auto))?;
        Ok((policy, self.text()?))
    }

    /// Returns the text of a file that was loaded before.
    pub(super) fn text(&self) -> Result<String, Failure> {
        self.refuse_link()?;
        fs::read_to_string(self.path).map_err(|error| {
            Failure::usage(format_args!(
                "`{}` cannot be read any more ({error}); run the command again",
                self.shown
            ))
        })
    }

    fn refuse_link(&self) -> Result<(), Failure> {
        if fs::symlink_metadata(self.path).is_ok_and(|metadata| metadata.is_symlink()) {
            return Err(Failure::usage(format_args!(
                "`{}` is a link, which is not written to; name the file that it leads to",
                self.shown
            )));
        }
        Ok(())
    }

    /// Makes a change of a policy's file, and proves it.
    pub(super) fn edit(
        &self,
        policy: &Policy,
        text: &str,
        change: Change<'_>,
    ) -> Result<Edited, Failure> {
        // A policy that is not there yet extends nothing but a preset.
        let read = |text: &str| {
            let rules = rules::descriptors();
            if self.exists() {
                policy::load_changed(self.path, &self.shown, (self.path, text), &rules)
            } else {
                policy::load_text(text, &self.shown, &rules)
            }
        };
        self.proved(policy::edit(policy, 0, text, change, &read))
    }

    /// Makes a change of an exceptions file that this policy names, and proves it.
    pub(super) fn edit_exceptions(
        &self,
        policy: &Policy,
        (number, exceptions): (usize, &PolicyFile<'_>),
        text: &str,
        change: Change<'_>,
    ) -> Result<String, Failure> {
        let read = |text: &str| {
            let rules = rules::descriptors();
            policy::load_changed(self.path, &self.shown, (exceptions.path, text), &rules)
        };
        let edited = policy::edit(policy, number, text, change, &read);
        exceptions.proved(edited).map(|edited| edited.text)
    }

    /// Says why a change cannot be made.
    fn proved(&self, edited: Result<Edited, EditError>) -> Result<Edited, Failure> {
        match edited {
            Ok(edited) => Ok(edited),
            Err(EditError::Layout) => Err(Failure::usage(format_args!(
                "the lists of `{}` are laid out in a way that cannot be changed here; begin each entry with a dash on a line of its own",
                self.shown
            ))),
            Err(EditError::TooLarge { limit }) => Err(Failure::usage(format_args!(
                "`{}` would have more than {limit} bytes, which no policy may have, and was not written; judge fewer rules at first, as with the preset `secrets-only`, or a part of the tenant",
                self.shown
            ))),
            Err(EditError::Policy(error)) => Err(Failure::usage(format_args!(
                "the changed policy could not be used, and was not written: {}",
                error.summary()
            ))),
            Err(EditError::Unfaithful) => Err(Failure::internal()),
        }
    }

    /// Puts a changed text in the place of the one that it was made of, with the permissions of the file.
    pub(super) fn replace(&self, before: &str, after: &str) -> Result<(), Failure> {
        self.refuse_link()?;
        if fs::read(self.path).ok().as_deref() != Some(before.as_bytes()) {
            return Err(Failure::usage(format_args!(
                "`{}` was changed by somebody else meanwhile, and was not written; run the command again",
                self.shown
            )));
        }
        // Nobody may read the draft who may not read the file.
        let draft = self.write(Draft::private(self.path), after)?;
        let permissions = fs::metadata(self.path).map(|metadata| metadata.permissions());
        permissions
            .and_then(|permissions| draft.file().set_permissions(permissions))
            .and_then(|()| draft.persist(self.path))
            .map_err(|error| self.unwritten(&error))
    }

    /// Writes a policy where there is none; what has come there meanwhile stays.
    pub(super) fn create(&self, text: &str) -> Result<(), Failure> {
        let draft = self.write(Draft::beside(self.path), text)?;
        draft.persist_new(self.path).map_err(|error| {
            if error.kind() == io::ErrorKind::AlreadyExists {
                self.taken()
            } else {
                self.unwritten(&error)
            }
        })
    }

    /// Puts a policy in the place of what is there; a link is replaced, not followed.
    pub(super) fn overwrite(&self, text: &str) -> Result<(), Failure> {
        match Place::of(self.path) {
            Place::File => {}
            Place::Folder => return Err(self.unwritten(&io::ErrorKind::IsADirectory.into())),
            Place::Stream => {
                return Err(Failure::usage(format_args!(
                    "`{}` is a pipe or device; name a file",
                    self.shown
                )));
            }
        }
        let draft = self.write(Draft::beside(self.path), text)?;
        draft
            .persist(self.path)
            .map_err(|error| self.unwritten(&error))
    }

    /// The failure of a command that never overwrites.
    pub(super) fn taken(&self) -> Failure {
        Failure::usage(format_args!(
            "`{}` exists; name another file with --policy, or say --force to replace it",
            self.shown
        ))
    }

    fn write(&self, draft: io::Result<Draft>, text: &str) -> Result<Draft, Failure> {
        let written = draft.and_then(|draft| {
            draft.file().write_all(text.as_bytes())?;
            Ok(draft)
        });
        written.map_err(|error| self.unwritten(&error))
    }

    fn unwritten(&self, error: &io::Error) -> Failure {
        let (cause, remedy) = report_file::why(error);
        Failure::report(format_args!(
            "the policy `{}` could not be written: {cause}; {remedy}",
            self.shown
        ))
    }
}
