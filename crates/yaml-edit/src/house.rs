//! How the neighbours are written, and new entries and items after their example.

use crate::apply::place;
use crate::change::Value;
use crate::node::{Kind, Node};
use crate::read::{Style, Yaml};
use crate::scalar::{self, Place};

/// How the neighbours are written.
pub(crate) struct House<'y> {
    pub eol: &'y str,
    /// How much deeper the keys of a mapping below a key stand.
    step: usize,
    /// How much deeper the dashes of a sequence below a key stand.
    dash: usize,
    /// Blanks behind a dash.
    gap: usize,
    /// The style of keys.
    keys: Style,
    /// The style of values.
    values: Style,
    pub place: Place,
    /// No blank behind a colon and a comma, as in compact JSON.
    tight: bool,
}

/// How the neighbours of a node and what is below it are written.
pub(crate) fn house(node: Node<'_>, quotes: Style) -> House<'_> {
    let yaml = node.yaml;
    let keys = node.entries().next().or_else(|| node.items().next().and_then(|item| item.entries().next()));
    let key_style = keys.and_then(|(key, _)| key.slot()).map_or(Style::Plain, |slot| slot.style);
    let mut place = Place { tagged: false, ..place(node, quotes) };
    let flow = node.slot().is_some_and(|slot| slot.style == Style::Flow && slot.end > node.index + 1);
    place.flow |= flow;
    place.json |= flow && key_style == Style::Double;
    let (step, dash) = steps(yaml, node);
    House {
        eol: eol(yaml, node.span().end),
        step,
        dash,
        gap: gap(node),
        keys: if matches!(key_style, Style::Single | Style::Double) { key_style } else { Style::Plain },
        values: value_style(node),
        place,
        tight: place.json && (is_tight(node) || node.parent().is_some_and(is_tight)),
    }
}

/// The line break of the line, else the first one of the file.
fn eol<'y>(yaml: &Yaml<'y>, at: usize) -> &'y str {
    let breaks = |at: usize| match yaml.text.as_bytes().get(at..) {
        Some([b'\r', b'\n', ..]) => Some("\r\n"),
        Some([b'\n', ..]) => Some("\n"),
        Some([b'\r', ..]) => Some("\r"),
        _ => None,
    };
    breaks(yaml.line_end(at)).or_else(|| breaks(yaml.line_end(0))).unwrap_or("\n")
}

/// How much deeper than a key the keys and the dashes below it stand: near the node, else anywhere, else 2.
fn steps(yaml: &Yaml<'_>, near: Node<'_>) -> (usize, usize) {
    let (mut step, mut dash) = (None, None);
    let all = (0..yaml.slots.len()).map(|index| Node { index, ..near });
    for child in (near.index + 1..near.slot().map_or(0, |slot| slot.end)).map(|index| Node { index, ..near }).chain(all)
    {
        let block = child.slot().is_some_and(|slot| slot.style == Style::Block);
        let Some(parent) = child.parent().filter(|parent| block && parent.kind() == Kind::Mapping) else { continue };
        let found = if child.kind() == Kind::Sequence { &mut dash } else { &mut step };
        if found.is_none() {
            *found = column(child).checked_sub(column(parent)).filter(|step| *step <= 16);
        }
        if step.is_some() && dash.is_some() {
            break;
        }
    }
    let step = step.filter(|step| *step > 0).unwrap_or_else(|| dash.filter(|dash| *dash > 0).unwrap_or(2));
    (step, dash.unwrap_or(step))
}

/// Blanks behind a dash, as in the last item of a block sequence.
fn gap(node: Node<'_>) -> usize {
    let Some(item) = node.items().last().filter(|_| node.slot().is_some_and(|slot| slot.style == Style::Block)) else {
        return 1;
    };
    let before = node.yaml.text.get(..item.slot().map_or(0, |slot| slot.start)).unwrap_or_default();
    let bare = before.trim_end_matches(' ');
    if bare.ends_with('-') { (before.len() - bare.len()).clamp(1, 16) } else { 1 }
}

/// Quotes, when the neighbours have them without need.
fn value_style(node: Node<'_>) -> Style {
    let quoted = |value: Node<'_>| {
        let slot = value.slot()?;
        let needless = scalar::write(
            &slot.text,
            Style::Plain,
            Place { flow: true, tagged: false, json: false, quotes: slot.style },
        );
        (matches!(slot.style, Style::Single | Style::Double) && needless == slot.text).then_some(slot.style)
    };
    let values = node.entries().map(|(_, value)| value);
    let below = node.items().last().into_iter().flat_map(|item| item.entries().map(|(_, value)| value).chain([item]));
    values.chain(below).filter_map(quoted).last().unwrap_or(Style::Plain)
}

fn is_tight(node: Node<'_>) -> bool {
    let last = node.entries().last();
    last.is_some_and(|(key, value)| {
        node.yaml.text.get(key.span().end..value.span().start).is_some_and(|between| between == ":")
    })
}

/// The column of a node, counted from 0.
pub(crate) fn column(node: Node<'_>) -> usize {
    usize::try_from(node.column()).unwrap_or(usize::MAX).saturating_sub(1)
}

impl House<'_> {
    pub(crate) fn key(&self, key: &str) -> String {
        let style = if key == "<<" { Style::Double } else { self.keys };
        scalar::write(key, style, self.place)
    }

    fn scalar(&self, text: &str) -> String {
        scalar::write(text, self.values, self.place)
    }

    pub(crate) fn comma(&self) -> &'static str {
        if self.tight { "," } else { ", " }
    }

    fn line(&self, out: &mut String, indent: usize) {
        out.push_str(self.eol);
        out.extend(std::iter::repeat_n(' ', indent));
    }

    /// Entries on lines of their own; the first where the text is already if it is `inline`.
    pub(crate) fn entries(&self, out: &mut String, entries: &[(String, Value)], indent: usize, inline: bool) {
        for (n, (key, value)) in entries.iter().enumerate() {
            if n > 0 || !inline {
                self.line(out, indent);
            }
            out.push_str(&self.key(key));
            out.push(':');
            self.below(out, value, indent);
        }
    }

    pub(crate) fn items(&self, out: &mut String, items: &[Value], indent: usize, inline: bool) {
        for (n, item) in items.iter().enumerate() {
            if n > 0 || !inline {
                self.line(out, indent);
            }
            out.push('-');
            out.extend(std::iter::repeat_n(' ', self.gap));
            self.inline(out, item, indent + 1 + self.gap);
        }
    }

    /// The value of a key that stands at `indent`.
    pub(crate) fn below(&self, out: &mut String, value: &Value, indent: usize) {
        match value {
            Value::Mapping(entries) if !entries.is_empty() => self.entries(out, entries, indent + self.step, false),
            Value::Sequence(items) if !items.is_empty() => self.items(out, items, indent + self.dash, false),
            value => {
                out.push(' ');
                self.inline(out, value, indent);
            }
        }
    }

    /// A value that begins where the text is already, in the column `indent`.
    pub(crate) fn inline(&self, out: &mut String, value: &Value, indent: usize) {
        match value {
            Value::String(text) => out.push_str(&self.scalar(text)),
            Value::Mapping(entries) if entries.is_empty() => out.push_str("{}"),
            Value::Sequence(items) if items.is_empty() => out.push_str("[]"),
            Value::Mapping(entries) => self.entries(out, entries, indent, true),
            Value::Sequence(items) => self.items(out, items, indent, true),
        }
    }

    pub(crate) fn flow(&self, value: &Value) -> String {
        match value {
            Value::String(text) => scalar::write(text, self.values, Place { flow: true, ..self.place }),
            Value::Mapping(entries) => format!("{{{}}}", self.flow_entries(entries, self.comma())),
            Value::Sequence(items) => format!("[{}]", self.flow_items(items, self.comma())),
        }
    }

    pub(crate) fn flow_entries(&self, entries: &[(String, Value)], between: &str) -> String {
        let colon = if self.tight { ":" } else { ": " };
        let place = Place { flow: true, ..self.place };
        let key = |key: &str| scalar::write(key, if key == "<<" { Style::Double } else { self.keys }, place);
        let entry = |(name, value): &(String, Value)| format!("{}{colon}{}", key(name), self.flow(value));
        entries.iter().map(entry).collect::<Vec<_>>().join(between)
    }

    pub(crate) fn flow_items(&self, items: &[Value], between: &str) -> String {
        items.iter().map(|item| self.flow(item)).collect::<Vec<_>>().join(between)
    }
}
