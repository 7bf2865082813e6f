//! Which digest an image has: by a file of the tool that pushed it, or by the registry.

use std::path::Path;

use gitops::{Digest, Image};
use step::{Failure, Result, Session, files};

use crate::args::{PutArgs, Wanted};
use crate::config::Config;
use crate::registry;

/// No tool writes more about an image.
const LIMIT: u64 = 16 << 20;

/// Gives each image the digest that files and registry tell.
pub(crate) async fn complete(
    images: &mut [Wanted],
    args: &PutArgs,
    config: &Config,
    session: &mut Session,
) -> Result<()> {
    for given in &args.digest.digest_from {
        let (wanted, file) = of_image(images, given)?;
        let bytes = files::read(&session.dir.join(file), LIMIT)?;
        let digest = gitops::digest_file::read_digest(&bytes, &wanted.image.name).map_err(|error| {
            let failure = Failure::input(format!("cannot tell the digest of {} from {file}", wanted.image.name));
            let hint = error.hint().map(str::to_owned);
            failure.because(error).hint_if(hint)
        })?;
        agree(&mut wanted.image, digest, file)?;
    }
    if args.digest.resolve_digest || config.resolve_digest {
        for wanted in images {
            let digest = registry::digest(&wanted.image, &args.digest, session).await?;
            agree(&mut wanted.image, digest, "the registry")?;
        }
    }
    Ok(())
}

/// The image that a file is about: `SERVICE=FILE`, or the only one.
fn of_image<'i, 'a>(images: &'i mut [Wanted], given: &'a str) -> Result<(&'i mut Wanted, &'a str)> {
    if let Some((service, file)) = given.split_once('=')
        && let Some(at) = images.iter().position(|wanted| wanted.service.as_deref() == Some(service))
    {
        return Ok((&mut images[at], file));
    }
    match images {
        [only] => Ok((only, given)),
        _ => Err(Failure::usage(format!("--digest-from {given} does not say of which service the image is"))
            .hint(format!("give it as SERVICE=FILE: `--digest-from api={}`", Path::new(given).display()))),
    }
}

/// A digest is never put over another: one of them is of another image.
fn agree(image: &mut Image, digest: Digest, whence: &str) -> Result<()> {
    match &image.digest {
        Some(known) if *known != digest => {
            Err(Failure::input(format!("the digest of {image} does not belong to it: {whence} says {digest}"))
                .hint("one of the two is of another build"))
        }
        _ => {
            image.digest = Some(digest);
            Ok(())
        }
    }
}
