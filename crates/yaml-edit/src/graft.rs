//! Several changes grow into one value that is to be added.

use crate::change::Value;
use crate::path::Segment;

/// Puts `to` where the segments lead from `value`, which is new but for its first `existing` items.
///
/// # Errors
/// Why it cannot stand there.
pub(crate) fn graft(value: &mut Value, existing: usize, segments: &[Segment], to: &Value) -> Result<(), &'static str> {
    let Some((first, rest)) = segments.split_first() else {
        return if value == to { Ok(()) } else { Err("two changes put different things there") };
    };
    match (first, value) {
        (Segment::Key(key), Value::Mapping(entries)) => match entries.iter_mut().find(|(name, _)| name == key) {
            Some((_, value)) => graft(value, 0, rest, to),
            None => {
                entries.push((key.clone(), fresh(rest, to)?));
                Ok(())
            }
        },
        (Segment::Index(index), Value::Sequence(items)) => {
            let at = index.checked_sub(existing).filter(|at| *at <= items.len()).ok_or("its index is past the end")?;
            match items.get_mut(at) {
                Some(item) => graft(item, 0, rest, to),
                None => {
                    items.push(fresh(rest, to)?);
                    Ok(())
                }
            }
        }
        (Segment::Item { key, value }, Value::Sequence(items)) => item(items, key, value, rest, to),
        _ => Err("another change puts something else there"),
    }
}

/// A value that holds nothing but `to`, where the segments lead.
fn fresh(segments: &[Segment], to: &Value) -> Result<Value, &'static str> {
    let mut value = match segments.first() {
        None => return Ok(to.clone()),
        Some(Segment::Key(_)) => Value::Mapping(Vec::new()),
        Some(_) => Value::Sequence(Vec::new()),
    };
    graft(&mut value, 0, segments, to)?;
    Ok(value)
}

fn item(items: &mut Vec<Value>, key: &str, value: &str, rest: &[Segment], to: &Value) -> Result<(), &'static str> {
    let name = (key.to_owned(), Value::String(value.to_owned()));
    let fits = |item: &Value| matches!(item, Value::Mapping(entries) if entries.contains(&name));
    let there = items.iter_mut().find(|item| fits(item));
    if !rest.is_empty() {
        return match there {
            Some(item) => graft(item, 0, rest, to),
            None => {
                let mut item = Value::Mapping(vec![name]);
                graft(&mut item, 0, rest, to)?;
                items.push(item);
                Ok(())
            }
        };
    }
    let Value::Mapping(entries) = to else { return Err("such an item is a mapping: name a key below it") };
    let new = match entries.iter().find(|(other, _)| other == key) {
        Some(entry) if *entry == name => to.clone(),
        Some(_) => return Err("the item would not be the one that the path names"),
        None => Value::Mapping(std::iter::once(name.clone()).chain(entries.iter().cloned()).collect()),
    };
    match there {
        Some(item) if *item == new => Ok(()),
        Some(_) => Err("two changes put different things there"),
        None => {
            items.push(new);
            Ok(())
        }
    }
}
