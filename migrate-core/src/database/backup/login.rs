//! How the clients of the servers reach the database of a run.

use std::collections::BTreeMap;

use sqlx::ConnectOptions;

/// What the options of a connection say that has no function of its own: sqlx tells it only as a URL.
pub(super) struct Login {
    pub(super) password: Option<String>,
    /// The parameters of the URL, such as the paths of certificates.
    parameters: BTreeMap<String, String>,
}

impl Login {
    pub(super) fn of(options: &impl ConnectOptions) -> Self {
        let url = options.to_url_lossy();
        Self {
            password: url.password().map(decoded),
            parameters: url
                .query_pairs()
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        }
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }
}

/// The host without the brackets that an address of IPv6 has in URLs.
pub(super) fn bare_host(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

/// `%40` as `@`.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while let Some(byte) = bytes.get(place) {
        let hex = || u8::from_str_radix(text.get(place + 1..place + 3)?, 16).ok();
        match (byte, hex()) {
            (b'%', Some(value)) => {
                out.push(value);
                place += 3;
            }
            _ => {
                out.push(*byte);
                place += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_come_back_as_they_were() {
        for (text, expected) in [
            ("plain", "plain"),
            ("a%40b%2Fc", "a@b/c"),
            ("%C3%BC%25", "ü%"),
            ("100%", "100%"),
            ("%zz%4", "%zz%4"),
        ] {
            assert_eq!(decoded(text), expected);
        }
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn what_a_url_holds_is_found_again() {
        let options: sqlx::postgres::PgConnectOptions =
            "postgres://app:p%40ss'w%22ord@[::1]:5433/shop?sslmode=require&sslrootcert=/ca.pem"
                .parse()
                .unwrap();
        let login = Login::of(&options);
        assert_eq!(login.password.as_deref(), Some("p@ss'w\"ord"));
        assert_eq!(login.parameter("sslmode"), Some("require"));
        assert_eq!(bare_host("[::1]"), "::1");
    }
}
