//! Where the three nodes keep their data: a folder that was named and stays, or one that goes with the demo.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cli::answer::Failure;

/// A folder that is there.
pub(super) struct Folder {
    path: PathBuf,
    stays: bool,
}

impl Folder {
    /// The folder with this name, which must be empty or not there yet; without a name one that is removed at the end.
    pub(super) fn new(named: Option<PathBuf>) -> Result<Self, Failure> {
        let stays = named.is_some();
        let path = named
            .unwrap_or_else(|| std::env::temp_dir().join(format!("thirdspace-demo-{:016x}", rand::random::<u64>())));
        std::fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        let folder = Self { path, stays };
        let mut inside =
            std::fs::read_dir(&folder.path).with_context(|| format!("cannot read {}", folder.path.display()))?;
        if inside.next().is_some() {
            return Err(Failure::Usage(format!(
                "there is something in {} already; name an empty folder or a new one with --dir",
                folder.path.display()
            )));
        }
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Does it stay when the demo is over?
    pub(super) fn stays(&self) -> bool {
        self.stays
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.stays
            && let Err(error) = std::fs::remove_dir_all(&self.path)
        {
            tracing::warn!(%error, "{} stays behind", self.path.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_a_name_goes_and_one_with_a_name_stays_and_must_be_empty() {
        let nameless = Folder::new(None).unwrap();
        let path = nameless.path().to_owned();
        std::fs::write(path.join("data"), "x").unwrap();
        drop(nameless);
        assert!(!path.exists());

        let home = tempfile::TempDir::new().unwrap();
        let named = home.path().join("a/b");
        drop(Folder::new(Some(named.clone())).unwrap());
        assert!(named.is_dir());
        std::fs::write(named.join("data"), "x").unwrap();
        let refused = Folder::new(Some(named.clone())).err().unwrap();
        assert!(refused.exit_code() == 2 && refused.to_string().contains("--dir"), "{refused}");
        assert!(named.join("data").exists(), "what was there is left alone");
    }
}
