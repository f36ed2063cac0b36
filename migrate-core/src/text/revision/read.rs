//! From bytes to a [`RevisionFile`].

use std::borrow::Cow;

use super::marker::{self, Marker};
use super::{Links, Parsed, RevisionFile, Section, header, preamble};
use crate::text::diagnostic::{Class, Diagnostic};
use crate::text::source::Source;

pub(super) fn parse(path: &str, bytes: &[u8]) -> Parsed {
    let text = match text(path, bytes) {
        Ok(text) => text,
        Err(finding) => {
            return Parsed {
                file: None,
                diagnostics: vec![*finding],
                links: Links::Broken,
            };
        }
    };
    let source = Source::new(path, &text);
    let mut findings = Vec::new();
    let markers = marker::markers(&text);
    let end = markers.first().map_or(text.len(), |first| first.line.start);
    let preamble = preamble::read(&source, end, &mut findings);
    let (header, links) = header::read(&source, &preamble, &mut findings);
    let sections = sections(&source, &markers, &mut findings);
    let file = header.map(|header| RevisionFile {
        path: path.to_owned(),
        text: text.as_ref().into(),
        header,
        sections,
    });
    Parsed {
        file,
        diagnostics: findings,
        links,
    }
}

/// The text without byte order mark and with `\n` line breaks.
pub(crate) fn text<'a>(path: &str, bytes: &'a [u8]) -> Result<Cow<'a, str>, Box<Diagnostic>> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let finding = Diagnostic::error(Class::InvalidRevision, "the file is UTF-16")
            .at(crate::text::diagnostic::Frame::file(path))
            .note("invalid UTF-8 at byte offset 0")
            .help("save it as UTF-8");
        return Err(Box::new(finding));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let offset = error.valid_up_to();
        let byte = bytes.get(offset).copied().unwrap_or_default();
        let message = format!("the file is not UTF-8: byte 0x{byte:02x} at byte offset {offset}");
        place(
            path,
            bytes,
            offset,
            message,
            "this byte begins no character",
        )
        .help("save it as UTF-8")
    })?;
    if let Some(offset) = text.find('\0') {
        let message = format!("a NUL byte at byte offset {offset}");
        return Err(Box::new(
            place(path, bytes, offset, message, "databases end a text here")
                .help("remove it; binary data is written as a hexadecimal literal"),
        ));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n"))
    } else {
        Cow::Borrowed(text)
    })
}

/// A finding at a byte of a file that is no text.
fn place(path: &str, bytes: &[u8], offset: usize, message: String, label: &str) -> Diagnostic {
    let line_end = bytes[offset..]
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(bytes.len(), |length| offset + length);
    let shown = String::from_utf8_lossy(&bytes[..line_end]);
    let start = String::from_utf8_lossy(&bytes[..offset]).len();
    let frame = Source::new(path, &shown).frame(start..start + 1, label);
    Diagnostic::error(Class::InvalidRevision, message).at(frame)
}

fn sections(
    source: &Source<'_>,
    markers: &[Marker],
    findings: &mut Vec<Diagnostic>,
) -> Vec<Section> {
    let text = source.text;
    let mut sections: Vec<Section> = Vec::with_capacity(markers.len());
    let (mut line, mut counted) = (1, 0);
    for (place, marker) in markers.iter().enumerate() {
        let options = marker::options(source, marker, findings);
        let end = markers
            .get(place + 1)
            .map_or(text.len(), |next| next.line.start);
        let start = (marker.line.end + 1).min(end);
        line += text[counted..start].matches('\n').count();
        counted = start;
        let section = Section {
            direction: marker.direction,
            dialects: options.dialects,
            transactional: options.transactional,
            marker: marker.line.clone(),
            body: start..end,
            line,
        };
        if let Some(first) = sections.iter().find(|first| overlap(first, &section)) {
            findings.push(twice(source, first, &section));
        }
        sections.push(section);
    }
    sections
}

fn overlap(first: &Section, second: &Section) -> bool {
    let both_fallback = first.dialects.is_empty() && second.dialects.is_empty();
    first.direction == second.direction
        && (both_fallback || !first.dialects.intersection(second.dialects).is_empty())
}

fn twice(source: &Source<'_>, first: &Section, second: &Section) -> Diagnostic {
    let shared = first.dialects.intersection(second.dialects);
    let direction = second.direction;
    let whom = if shared.is_empty() {
        "without a dialect".to_owned()
    } else {
        format!("for {shared}")
    };
    let line = source.position(first.marker.start).line;
    Diagnostic::error(
        Class::InvalidRevision,
        format!("a second {direction} section {whom}"),
    )
    .at(source.frame(
        second.marker.clone(),
        format!("the first one begins on line {line}"),
    ))
    .help("join the two, or give each its own `dialect:` option")
}
