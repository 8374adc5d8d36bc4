//! The folder that `EntraExporter` writes: which of its files are read, and what each must hold.
//!
//! In: a folder. Out: nothing if it is no such export; else its policies, service principals and applications. What is
//! exported besides (groups, policies of other kinds, devices) is not looked at; what could hide an application is
//! refused: a folder without its file, a file in a wrong place, a link.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

use super::{EntraExporterProblem, Entry};
use crate::inventory::Kind;
use crate::inventory::error::{InventoryError, Problem};
use crate::model::ObjectId;

/// A file to read.
type Listed = (PathBuf, Entry);

/// Lists the files of an export in the order in which they are read; nothing where the folder is none. `shown` tells what
/// errors call a path.
pub(in crate::inventory) fn files(
    root: &Path,
    shown: &dyn Fn(&Path) -> String,
) -> Result<Option<Vec<Listed>>, InventoryError> {
    let mut layout = Layout {
        shown,
        files: Vec::new(),
        assigned: HashMap::new(),
    };
    let Some(folders) = layout.folders(root)? else {
        return Ok(None);
    };
    for (folder, kind) in &folders {
        layout.objects(folder, *kind)?;
    }
    layout.policies(root)?;
    let mut files = layout.files;
    files.sort_by(|(path, entry), (other_path, other)| {
        (entry.turn(), path).cmp(&(other.turn(), other_path))
    });
    Ok(Some(files))
}

/// An export that is being listed.
struct Layout<'a> {
    shown: &'a dyn Fn(&Path) -> String,
    files: Vec<Listed>,
    /// The objects whose folders name an app management policy, by the policy's id in lower case.
    assigned: HashMap<String, Vec<ObjectId>>,
}

/// What stands in a folder: its name, its path, its type.
struct Found {
    name: String,
    path: PathBuf,
    kind: FileType,
}

impl Found {
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Tells whether it is a folder, or a link to one.
    fn leads_to_folder(&self) -> bool {
        self.kind.is_dir() || self.kind.is_symlink() && self.path.is_dir()
    }

    /// Tells whether it is the file of what the folder is named for.
    fn is_file_of(&self, folder: &str) -> bool {
        let stem = self.name.len().checked_sub(".json".len());
        let named = stem.and_then(|at| self.name.split_at_checked(at));
        self.kind.is_file()
            && named.is_some_and(|(stem, extension)| {
                stem.eq_ignore_ascii_case(folder) && extension.eq_ignore_ascii_case(".json")
            })
    }

    /// Tells whether it looks like an inventory by itself.
    fn is_data(&self) -> bool {
        let extension = Path::new(&self.name).extension();
        let is =
            |known: &&str| extension.is_some_and(|it| it.eq_ignore_ascii_case(OsStr::new(known)));
        !self.kind.is_dir() && ["json", "ndjson", "jsonl", "csv"].iter().any(is)
    }
}

impl Layout<'_> {
    fn failed(&self, problem: impl Into<Problem>, path: &Path) -> InventoryError {
        problem.into().at(&(self.shown)(path), None)
    }

    /// Lists a folder, ordered by name, without what is hidden. No link is followed.
    fn list(&self, folder: &Path) -> Result<Vec<Found>, InventoryError> {
        let read = |error| self.failed(Problem::Read(error), folder);
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).map_err(read)? {
            let entry = entry.map_err(read)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') {
                let (path, kind) = (entry.path(), entry.file_type().map_err(read)?);
                found.push(Found { name, path, kind });
            }
        }
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    /// Returns the folders of applications and service principals; nothing where there is neither.
    fn folders(&self, root: &Path) -> Result<Option<Vec<(PathBuf, Kind)>>, InventoryError> {
        let names = [
            ("Applications", Kind::Application),
            ("ServicePrincipals", Kind::ServicePrincipal),
        ];
        let (mut folders, mut stray) = (Vec::new(), None);
        for found in self.list(root)? {
            let known = names.iter().find(|(name, _)| found.is(name));
            match known {
                Some((_, kind)) if found.leads_to_folder() => {
                    self.check_folder(&found)?;
                    folders.push((found.path, *kind));
                }
                // A page may have any name.
                known if known.is_some() || found.is_data() => stray = stray.or(Some(found)),
                Some(_) | None => {}
            }
        }
        match (folders.is_empty(), stray) {
            (true, _) => Ok(None),
            (false, Some(stray)) => Err(self.failed(EntraExporterProblem::Stray, &stray.path)),
            (false, None) => Ok(Some(folders)),
        }
    }

    fn check_folder(&self, found: &Found) -> Result<(), InventoryError> {
        let problem = if found.kind.is_symlink() {
            EntraExporterProblem::Link
        } else if found.kind.is_dir() {
            return Ok(());
        } else {
            EntraExporterProblem::Stray
        };
        Err(self.failed(problem, &found.path))
    }

    /// Lists the objects of one kind: a folder each.
    fn objects(&mut self, folder: &Path, kind: Kind) -> Result<(), InventoryError> {
        let objects = self.list(folder)?;
        if objects.is_empty() {
            return Err(self.failed(Problem::EmptyFolder, folder));
        }
        for object in objects {
            self.check_folder(&object)?;
            let id = object.name.parse();
            let id = id.map_err(|_| self.failed(EntraExporterProblem::Stray, &object.path))?;
            self.object(&object, kind, id)?;
        }
        Ok(())
    }

    fn object(&mut self, object: &Found, kind: Kind, id: ObjectId) -> Result<(), InventoryError> {
        let (mut files, mut owner) = (Vec::new(), None);
        for found in self.list(&object.path)? {
            if found.kind.is_symlink() {
                return Err(self.failed(EntraExporterProblem::Link, &found.path));
            }
            if found.is_file_of(&object.name) {
                files.push(found.path);
            } else if !found.kind.is_dir() {
                return Err(self.failed(EntraExporterProblem::Stray, &found.path));
            } else if found.is("Owners") {
                owner = owner.or(self.owner(&found.path)?);
            } else if found.is("AppManagementPolicies") {
                for policy in self.list(&found.path)? {
                    let assigned = self.assigned.entry(policy.name.to_ascii_lowercase());
                    assigned.or_default().push(id);
                }
            }
        }
        if files.is_empty() {
            return Err(self.failed(EntraExporterProblem::Missing, &object.path));
        }
        // Both spellings of one name, where the file system tells them apart: whatever they hold must be the same.
        for path in files {
            let owner = owner.clone();
            self.files.push((path, Entry::Object { kind, id, owner }));
        }
        Ok(())
    }

    /// Returns the file of an owner.
    fn owner(&self, folder: &Path) -> Result<Option<PathBuf>, InventoryError> {
        let Some(owner) = self.list(folder)?.into_iter().next() else {
            return Ok(None);
        };
        self.check_folder(&owner)?;
        self.file_of(&owner).map(Some)
    }

    /// Returns the file that a folder is named for.
    fn file_of(&self, folder: &Found) -> Result<PathBuf, InventoryError> {
        let listed = self.list(&folder.path)?;
        if let Some(link) = listed.iter().find(|found| found.kind.is_symlink()) {
            return Err(self.failed(EntraExporterProblem::Link, &link.path));
        }
        let mut files = listed.into_iter().filter(|it| it.is_file_of(&folder.name));
        let file = files.next().map(|found| found.path);
        file.ok_or_else(|| self.failed(EntraExporterProblem::Missing, &folder.path))
    }

    /// Lists the app management policies, where policies were exported.
    fn policies(&mut self, root: &Path) -> Result<(), InventoryError> {
        for all in self.list(root)?.iter().filter(|it| it.is("Policies")) {
            self.check_folder(all)?;
            for kind in self.list(&all.path)? {
                let is_default = kind.is("DefaultAppManagementPolicy");
                if !is_default && !kind.is("AppManagementPolicies") {
                    continue;
                }
                self.check_folder(&kind)?;
                for policy in self.list(&kind.path)? {
                    self.check_folder(&policy)?;
                    let file = self.file_of(&policy)?;
                    let entry = if is_default {
                        Entry::DefaultPolicy
                    } else {
                        let name = policy.name.to_ascii_lowercase();
                        let applies_to = self.assigned.remove(&name).unwrap_or_default();
                        Entry::CustomPolicy { applies_to }
                    };
                    self.files.push((file, entry));
                }
            }
        }
        Ok(())
    }
}
