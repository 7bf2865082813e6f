//! Fields that the server may leave out or give as null.

use serde::{Deserialize, Deserializer};

/// Reads null as the default, so that one odd object does not make a whole list unreadable.
pub(crate) fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    from: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use crate::{Annotation, Comment, Report};

    #[test]
    fn what_other_tools_left_out_or_nulled_can_be_read() {
        let annotations = r#"[{"uuid":"{1}","external_id":null,"summary":null,"line":0}, {}]"#;
        assert_eq!(serde_json::from_str::<Vec<Annotation>>(annotations).unwrap().len(), 2);
        let reports = r#"[{"title":"Scan","data":null}, {"data":[{"title":null}]}]"#;
        assert_eq!(serde_json::from_str::<Vec<Report>>(reports).unwrap().len(), 2);
        let comments = r#"[{"id":1,"content":null,"deleted":null}, {"id":2,"content":{"raw":null},"user":null}]"#;
        assert_eq!(serde_json::from_str::<Vec<Comment>>(comments).unwrap().len(), 2);
    }
}
