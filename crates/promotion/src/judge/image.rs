//! The image: it is the service's own, and is told by what it is and not by what it is called.

use super::Case;
use super::answer::Answer;
use super::words::{plain, quoted, version};
use crate::model::{Guardrail, Name};

pub(super) fn judge(case: &Case<'_>) -> Guardrail {
    answer(case).named(Name::Image)
}

fn answer(case: &Case<'_>) -> Answer {
    let (request, environment) = (case.request, quoted(&case.request.environment));
    let Some(service) = case.facts.policy.services.get(&request.service) else {
        return Answer::not_met(format!("the policy knows no service {}", quoted(&request.service)));
    };
    if !service.environments.contains_key(&request.environment) {
        return Answer::not_met(format!("{} does not go to {environment}", quoted(&request.service)))
            .hint("name its targets there under `services` in promotion.yaml");
    }
    if !service.image.same_as(&request.image.name) {
        let (theirs, ours) = (quoted(request.image.name.as_str()), quoted(service.image.as_str()));
        return Answer::not_met(format!("{theirs} is no image of {}, which is {ours}", quoted(&request.service)));
    }
    match request.image.digest.as_ref().map(gitops::Digest::algorithm) {
        Some("sha256") => (),
        Some(other) => return Answer::not_met(format!("its digest is of {other}, and statements are about sha256")),
        None => {
            return Answer::not_met("it has no digest: a tag can be moved to other bytes")
                .hint("give the image with its digest: name@sha256:…");
        }
    }
    Answer::met(match case.standing(&request.environment).map(|standing| &standing.image) {
        Some(Ok(there)) if there.digest == request.image.digest => "it runs there already".to_owned(),
        Some(Ok(there)) => format!("{} in place of {}", version(&request.image), version(there)),
        Some(Err(why)) => format!("{}; what runs there cannot be told: {}", version(&request.image), plain(why)),
        None => version(&request.image),
    })
}
