//! What a run says about its rules, and what follows from it for a result: which rule it is of, how bad it is, and the
//! words of its message.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::model::{Component, Descriptor, Message, Reference, Run, SarifResult, Words};
use crate::model::{Rule, Severity};
use crate::read::Context;

/// The rules of the driver and of its extensions.
pub(super) struct Rules<'r, 't, 'a> {
    tool: &'a str,
    /// The driver, then the extensions.
    components: Vec<Known<'r, 't, 'a>>,
    /// The components by guid and by name.
    by_name: FxHashMap<&'r str, usize>,
    /// Where each id is described first: the component and the place in it.
    by_id: FxHashMap<&'r str, (usize, usize)>,
}

struct Known<'r, 't, 'a> {
    component: &'r Component<'t>,
    /// As findings have them, one for each descriptor.
    rules: Vec<&'a Rule<'a>>,
    by_id: FxHashMap<&'r str, usize>,
}

/// The rule of a result.
pub(super) struct Found<'r, 't, 'a> {
    pub(super) rule: &'a Rule<'a>,
    pub(super) descriptor: Option<&'r Descriptor<'t>>,
    component: Option<&'r Component<'t>>,
}

impl<'r, 't, 'a> Rules<'r, 't, 'a> {
    pub(super) fn new(run: &'r Run<'t>, tool: &'a str, context: &Context<'_, 'a>) -> Self {
        let components =
            run.tool.iter().flat_map(|tool| std::iter::once(&tool.driver).chain(tool.extensions.iter().flatten()));
        let components: Vec<_> = components
            .map(|component| Known {
                component,
                rules: descriptors(component).iter().map(|descriptor| rule(descriptor, None, tool, context)).collect(),
                by_id: ids(component).collect(),
            })
            .collect();
        let (mut by_name, mut by_id) = (FxHashMap::default(), FxHashMap::default());
        for (at, known) in components.iter().enumerate() {
            for name in [&known.component.guid, &known.component.name].into_iter().flatten() {
                by_name.entry(&**name).or_insert(at);
            }
            for (id, index) in ids(known.component) {
                by_id.entry(id).or_insert((at, index));
            }
        }
        Self { tool, components, by_name, by_id }
    }

    /// The rule of `result` (§ 3.27.5 to 3.27.7).
    pub(super) fn of(&self, result: &SarifResult<'_>, context: &Context<'_, 'a>) -> Found<'r, 't, 'a> {
        let reference = result.rule.as_ref();
        let id = result.rule_id.as_deref().or_else(|| reference?.id.as_deref()).filter(|id| !id.is_empty());
        let index = result.rule_index.filter(|index| *index >= 0).or_else(|| reference?.index);
        match self.find(id, index, reference) {
            None => Found {
                rule: context.arena.rule(self.tool, id.unwrap_or_default()),
                descriptor: None,
                component: self.components.first().map(|known| known.component),
            },
            Some((known, at)) => {
                let descriptor = descriptors(known.component).get(at);
                let own = descriptor.and_then(|descriptor| descriptor.id.as_deref());
                let rule = match (known.rules.get(at), descriptor) {
                    (_, Some(descriptor)) if id.is_some() && id != own => rule(descriptor, id, self.tool, context),
                    (Some(rule), _) => *rule,
                    (None, _) => context.arena.rule(self.tool, id.unwrap_or_default()),
                };
                Found { rule, descriptor, component: Some(known.component) }
            }
        }
    }

    fn find<'k>(
        &'k self,
        id: Option<&str>,
        index: Option<i64>,
        reference: Option<&Reference<'_>>,
    ) -> Option<(&'k Known<'r, 't, 'a>, usize)> {
        let component = self.component(reference);
        let index = index.and_then(|index| usize::try_from(index).ok());
        if let (Some(index), Some(known)) = (index, component)
            && index < known.rules.len()
        {
            return Some((known, index));
        }
        // A result may name a rule below the one that is described: `CA1000/1`.
        let ids = || std::iter::successors(id, |id| Some(id.rsplit_once('/')?.0)).take(4);
        let here = |known: &'k Known<'r, 't, 'a>| Some((known, *ids().find_map(|id| known.by_id.get(id))?));
        component.and_then(here).or_else(|| {
            let (at, index) = ids().find_map(|id| self.by_id.get(id))?;
            Some((self.components.get(*at)?, *index))
        })
    }

    /// The component that a reference means: the driver unless it names another (§ 3.52.7).
    fn component(&self, reference: Option<&Reference<'_>>) -> Option<&Known<'r, 't, 'a>> {
        let Some(wanted) = reference.and_then(|reference| reference.tool_component.as_ref()) else {
            return self.components.first();
        };
        if let Some(index) = wanted.index.and_then(|index| usize::try_from(index).ok()) {
            return self.components.get(index.saturating_add(1));
        }
        let named = [&wanted.guid, &wanted.name].into_iter().flatten().find_map(|name| self.by_name.get(&**name));
        self.components.get(named.copied().unwrap_or_default())
    }
}

/// The ids of the rules of `component`, with their places in it.
fn ids<'r>(component: &'r Component<'_>) -> impl Iterator<Item = (&'r str, usize)> {
    let ids = descriptors(component).iter().enumerate();
    ids.filter_map(|(index, descriptor)| Some((&**descriptor.id.as_ref()?, index)))
}

fn descriptors<'r, 't>(component: &'r Component<'t>) -> &'r [Descriptor<'t>] {
    component.rules.as_deref().unwrap_or_default()
}

/// What findings know of the rule that `descriptor` describes, by the name of `id` if the result has its own.
fn rule<'a>(descriptor: &Descriptor<'_>, id: Option<&str>, tool: &str, context: &Context<'_, 'a>) -> &'a Rule<'a> {
    let own = descriptor.id.as_deref().unwrap_or_default();
    // Psalm's ids are numbers; its other formats have the name.
    let named = descriptor.name.as_deref().filter(|_| tool == "psalm" && own.bytes().all(|byte| byte.is_ascii_digit()));
    let descriptions = [&descriptor.short_description, &descriptor.full_description, &descriptor.help];
    let help = descriptions.into_iter().find_map(|words| words.as_ref().and_then(text_of));
    let link = descriptor.help_uri.as_deref();
    context.arena.rule_with(tool, named.or(id).unwrap_or(own), help, link)
}

fn text_of<'w>(words: &'w Words<'_>) -> Option<&'w str> {
    words.text.as_deref().or(words.markdown.as_deref())
}

impl Found<'_, '_, '_> {
    /// How bad `result` is (§ 3.27.10), and GitHub's scores for what is about security, which say more.
    pub(super) fn severity(&self, result: &SarifResult<'_>, run: &Run<'_>) -> Severity {
        let scored = |properties: &Option<super::model::Properties<'_>>| properties.as_ref()?.security_severity.0;
        let score = scored(&result.properties).or_else(|| self.descriptor.and_then(|rule| scored(&rule.properties)));
        if let Some(severity) = score.and_then(of_score) {
            return severity;
        }
        let level = match (&result.level, &result.kind) {
            (Some(level), _) => level,
            (None, Some(kind)) if !kind.eq_ignore_ascii_case("fail") => "none",
            _ => self.default_level(result, run),
        };
        Severity::from_word(level).unwrap_or(Severity::Medium)
    }

    /// The level of the rule as the run was configured, or else as the rule is.
    fn default_level<'l>(&'l self, result: &SarifResult<'_>, run: &'l Run<'_>) -> &'l str {
        let invocation = result.provenance.as_ref().and_then(|provenance| provenance.invocation_index);
        let invocation = invocation.and_then(|index| usize::try_from(index).ok());
        let overrides =
            invocation.and_then(|index| run.invocations.as_ref()?.get(index)?.rule_configuration_overrides.as_ref());
        let overridden = overrides.into_iter().flatten().find_map(|over| {
            let same_id = over.descriptor.id.is_some() && over.descriptor.id == self.descriptor?.id;
            let same_index = over.descriptor.index.is_some() && over.descriptor.index == result.rule_index;
            over.configuration.level.as_deref().filter(|_| same_id || same_index)
        });
        let configured = self.descriptor.and_then(|rule| rule.default_configuration.as_ref()?.level.as_deref());
        overridden.or(configured).unwrap_or("warning")
    }

    /// The words of `message` (§ 3.11): its own, or those that the rule or the tool has for its id. Where there are
    /// none at all, what the rule is about.
    pub(super) fn words<'m>(&'m self, message: &'m Message<'_>) -> Cow<'m, str> {
        let own = message.text.as_deref().or(message.markdown.as_deref());
        let Some(words) = own.or_else(|| self.words_of_id(message)) else {
            return Cow::Borrowed(self.rule.help.unwrap_or(self.rule.id));
        };
        match message.arguments.as_deref() {
            None | Some([]) => Cow::Borrowed(words),
            Some(arguments) => Cow::Owned(fill(words, arguments)),
        }
    }

    fn words_of_id(&self, message: &Message<'_>) -> Option<&str> {
        let id = message.id.as_deref()?;
        let strings = [
            self.descriptor.and_then(|rule| rule.message_strings.as_ref()),
            self.component.and_then(|component| component.global_message_strings.as_ref()),
        ];
        strings.into_iter().flatten().find_map(|strings| strings.get(id).and_then(text_of))
    }
}

/// GitHub's bands. 0 says nothing.
fn of_score(score: f64) -> Option<Severity> {
    match score {
        9.0.. => Some(Severity::Critical),
        7.0.. => Some(Severity::High),
        4.0.. => Some(Severity::Medium),
        _ if score > 0.0 => Some(Severity::Low),
        _ => None,
    }
}

/// `words` with `{0}` replaced by the first argument and so on; `{{` and `}}` are braces (§ 3.11.5).
fn fill<T: std::ops::Deref<Target = str>>(words: &str, arguments: &[T]) -> String {
    let mut out = String::new();
    let mut rest = words;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, brace) = rest.split_at(at);
        out.push_str(before);
        let placeholder = brace.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        let argument =
            placeholder.and_then(|(number, after)| Some((arguments.get(number.parse::<usize>().ok()?)?, after)));
        if let Some((argument, after)) = argument {
            out.push_str(argument);
            rest = after;
        } else {
            out.push_str(brace.get(..1).unwrap_or_default());
            let doubled = brace.starts_with("{{") || brace.starts_with("}}");
            rest = brace.get(if doubled { 2 } else { 1 }..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn placeholders_are_filled_and_doubled_braces_are_braces() {
        for (words, filled) in [
            ("'{0}' and {1}", "'a' and {0}"),
            ("{{0}} is {0}", "{0} is a"),
            ("{2} { } {x} {", "{2} { } {x} {"),
            ("no place", "no place"),
        ] {
            assert_eq!(fill(words, &["a".to_owned(), "{0}".to_owned()]), filled);
        }
    }
}
