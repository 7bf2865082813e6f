//! Bodies in parts, strictly by RFC 7578.

/// A part of a form.
#[derive(Debug, PartialEq)]
pub(super) struct Part {
    pub(super) name: String,
    /// Only files have one.
    pub(super) file_name: Option<String>,
    /// `x-attributes`, Bitbucket's own parameter.
    pub(super) attributes: String,
    pub(super) content: Vec<u8>,
}

/// The parts of a body of the media type `multipart/form-data`.
pub(super) fn parse(media_type: &str, body: &[u8]) -> Result<Vec<Part>, &'static str> {
    let parameters = media_type.strip_prefix("multipart/form-data;").ok_or("not a multipart/form-data body")?;
    let boundary = parameters.trim().strip_prefix("boundary=").ok_or("no boundary")?.trim_matches('"');
    let between = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(&between.as_bytes()[2..]).ok_or("the body does not begin with the boundary")?;
    let mut parts = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Ok(parts);
        }
        let part = rest.strip_prefix(b"\r\n").ok_or("a boundary is not a line of its own")?;
        let end = find(part, between.as_bytes()).ok_or("a part does not end")?;
        let head = find(part, b"\r\n\r\n").filter(|head| head + 4 <= end).ok_or("a part has no head")?;
        parts.push(read(&part[..head], &part[head + 4..end])?);
        rest = &part[end + between.len()..];
    }
}

fn read(head: &[u8], content: &[u8]) -> Result<Part, &'static str> {
    let head = std::str::from_utf8(head).map_err(|_odd| "a head is not UTF-8")?;
    let disposition = head.split("\r\n").find_map(|line| line.strip_prefix("Content-Disposition: form-data; "));
    let mut part = Part { name: String::new(), file_name: None, attributes: String::new(), content: content.to_vec() };
    let mut rest = disposition.ok_or("a part has no Content-Disposition of a form")?;
    while !rest.is_empty() {
        let (name, value) = rest.split_once("=\"").ok_or("a parameter has no value in quotes")?;
        let (value, after) = value.split_once('"').ok_or("a quotation does not end")?;
        match name {
            "name" => part.name = unescaped(value),
            "filename" => part.file_name = Some(unescaped(value)),
            "x-attributes" => value.clone_into(&mut part.attributes),
            _ => return Err("a parameter that nobody knows"),
        }
        rest = after.strip_prefix("; ").unwrap_or(after);
    }
    if part.name.is_empty() { Err("a part has no name") } else { Ok(part) }
}

fn unescaped(name: &str) -> String {
    name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_and_broken_bodies_refused() {
        let body = b"--B\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nHi\r\n\r\n--B\r\n\
            Content-Disposition: form-data; name=\"/a\"; filename=\"a\"; x-attributes=\"executable\"\r\n\
            Content-Type: text/plain\r\n\r\n- --B-\n\r\n--B--\r\n";
        let parts = parse("multipart/form-data; boundary=B", body).unwrap();
        assert_eq!((parts[0].name.as_str(), parts[0].content.as_slice()), ("message", b"Hi\r\n".as_slice()));
        assert_eq!((parts[1].attributes.as_str(), parts[1].content.as_slice()), ("executable", b"- --B-\n".as_slice()));
        for length in 0..body.len() - 4 {
            assert!(parse("multipart/form-data; boundary=B", &body[..length]).is_err(), "{length}");
        }
        assert!(parse("application/json", body).is_err());
    }
}
