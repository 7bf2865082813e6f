//! Bodies in parts: `multipart/form-data`, RFC 7578.

use std::hash::{BuildHasher, RandomState};

/// A form of texts and files. Bytes go as they are, whatever they are.
#[must_use]
#[derive(Clone, Debug, Default)]
pub struct Multipart {
    /// The head of each part, without the line that ends it, and its content.
    parts: Vec<(String, Vec<u8>)>,
}

impl Multipart {
    /// A form with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field with a text.
    pub fn text(mut self, name: &str, value: &str) -> Self {
        self.parts.push((disposition(name), value.as_bytes().to_vec()));
        self
    }

    /// Adds a file: the field `name`, the name of the file, and further parameters of `Content-Disposition` (their names
    /// are tokens), as some servers have them.
    pub fn file(mut self, name: &str, file_name: &str, parameters: &[(&str, &str)], content: Vec<u8>) -> Self {
        let mut head = disposition(name);
        for (parameter, value) in [("filename", file_name)].iter().chain(parameters) {
            head.push_str(&format!("; {parameter}=\"{}\"", quoted(value)));
        }
        head.push_str("\r\nContent-Type: application/octet-stream");
        self.parts.push((head, content));
        self
    }

    /// The media type with the boundary, and the body.
    pub(crate) fn finish(self) -> (String, Vec<u8>) {
        let boundary = self.boundary();
        let size = self.parts.iter().map(|(head, content)| head.len() + content.len() + boundary.len() + 12).sum();
        let mut body = Vec::with_capacity(size);
        for (head, content) in &self.parts {
            body.extend_from_slice(format!("--{boundary}\r\n{head}\r\n\r\n").as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={boundary}"), body)
    }

    /// A line that occurs in no part (RFC 2046, section 5.1.1: at most 70 characters). It is drawn, so that nobody can
    /// write a file that holds it, and looked for all the same.
    fn boundary(&self) -> String {
        loop {
            let (one, other) = (RandomState::new().hash_one(1), RandomState::new().hash_one(2));
            let boundary = format!("stepgate-{one:016x}{other:016x}");
            let occurs =
                |(_, content): &(_, Vec<u8>)| content.windows(boundary.len()).any(|it| it == boundary.as_bytes());
            if !self.parts.iter().any(occurs) {
                return boundary;
            }
        }
    }
}

fn disposition(name: &str) -> String {
    format!("Content-Disposition: form-data; name=\"{}\"", quoted(name))
}

/// A name between quotes, as browsers write it: UTF-8, and only what would end the name or the line is escaped
/// (<https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data>).
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body with its boundary made the same in every run.
    fn written(form: Multipart) -> (String, String) {
        let (media_type, body) = form.finish();
        let boundary = media_type.strip_prefix("multipart/form-data; boundary=").unwrap();
        assert!(boundary.len() <= 70, "{boundary}");
        (boundary.to_owned(), String::from_utf8(body).unwrap().replace(boundary, "B"))
    }

    #[test]
    fn texts_and_files_stand_between_boundaries_as_they_are() {
        let form = Multipart::new()
            .text("message", "Bump\n\nA: b")
            .file("/bin/run.sh", "run.sh", &[("x-attributes", "executable")], b"#!/bin/sh\r\n".to_vec())
            .file("/empty", "empty", &[], Vec::new());
        assert_eq!(
            written(form).1,
            "--B\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nBump\n\nA: b\r\n\
             --B\r\nContent-Disposition: form-data; name=\"/bin/run.sh\"; filename=\"run.sh\"; x-attributes=\"executable\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n#!/bin/sh\r\n\r\n\
             --B\r\nContent-Disposition: form-data; name=\"/empty\"; filename=\"empty\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n\r\n--B--\r\n"
        );
        assert_eq!(written(Multipart::new()).1, "--B--\r\n");
    }

    #[test]
    fn no_name_ends_its_quotes_or_its_line() {
        let form = Multipart::new().file("a\"; filename=\"b\r\nX: y", "ü\n.yaml", &[], b"--".to_vec());
        let (_, body) = written(form);
        assert!(
            body.contains("; name=\"a%22; filename=%22b%0D%0AX: y\"; filename=\"ü%0A.yaml\"\r\nContent-Type"),
            "{body}"
        );
    }

    #[test]
    fn every_form_has_a_boundary_of_its_own() {
        let boundaries: std::collections::BTreeSet<_> = (0..100).map(|_| written(Multipart::new()).0).collect();
        assert_eq!(boundaries.len(), 100);
    }
}
