//! Bitbucket Cloud with the files of a directory as the repository `acme/gitops`, until its standard input ends. Prints
//! the URL of the API: `cargo run -p fakes --example bitbucket -- examples/gitops`. It takes the token `token`.

use std::error::Error;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use fakes::bitbucket::Builder;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args_os().nth(1).ok_or("name the directory")?;
    let fake = files(Path::new(&dir), "", fakes::Bitbucket::builder().token("token"))?.start()?;
    writeln!(io::stdout(), "{}", fake.api_url())?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// All files below `dir`, whose path in the repository begins with `prefix`.
fn files(dir: &Path, prefix: &str, mut builder: Builder) -> Result<Builder, Box<dyn Error>> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        builder = if entry.file_type()?.is_dir() {
            files(&entry.path(), &format!("{name}/"), builder)?
        } else {
            builder.file("acme", "gitops", "main", &name, std::fs::read(entry.path())?)
        };
    }
    Ok(builder)
}
