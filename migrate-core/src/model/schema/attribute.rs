//! The small either-ors that several kinds of objects share. The first of each is the default.

macro_rules! attributes {
    ($($(#[$doc:meta])* $name:ident {
        $(#[$first_doc:meta])* $first:ident = $first_word:literal,
        $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)?
    })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[cfg_attr(feature = "runtime", derive(serde::Serialize))]
        #[cfg_attr(feature = "runtime", serde(rename_all = "snake_case"))]
        pub enum $name {
            $(#[$first_doc])* #[default] $first,
            $($(#[$variant_doc])* $variant,)*
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(match self {
                    Self::$first => $first_word,
                    $(Self::$variant => $word,)*
                })
            }
        }
    )+};
}

attributes! {
    /// Whether a column takes NULL.
    Nullability {
        /// It does.
        Nullable = "NULL",
        /// It does not.
        NotNull = "NOT NULL",
    }

    /// When a constraint is checked.
    Deferral {
        /// At the end of the statement, always.
        NotDeferrable = "NOT DEFERRABLE",
        /// At the end of the statement unless the transaction puts it off.
        InitiallyImmediate = "DEFERRABLE INITIALLY IMMEDIATE",
        /// At the end of the transaction unless it asks for more.
        InitiallyDeferred = "DEFERRABLE INITIALLY DEFERRED",
    }

    /// Whether rows that were there before have been checked, or an index is complete.
    Validity {
        /// They have.
        Valid = "VALID",
        /// They have not.
        NotValid = "NOT VALID",
    }

    /// Whether a constraint is checked at all.
    Enforcement {
        /// It is.
        Enforced = "ENFORCED",
        /// It is not.
        NotEnforced = "NOT ENFORCED",
    }

    /// Whether children of a table get a constraint too (PostgreSQL).
    Inheritance {
        /// They do.
        Inherit = "INHERIT",
        /// They do not.
        NoInherit = "NO INHERIT",
    }

    /// Whether something was said of this table, or of a parent from which it comes.
    Origin {
        /// Of this one.
        Own = "own",
        /// It comes from the parent and goes with it.
        Inherited = "inherited",
    }

    /// Whether an index holds each key once.
    Uniqueness {
        /// It may hold a key many times.
        NotUnique = "not unique",
        /// Once.
        Unique = "UNIQUE",
    }

    /// Whether two NULLs are the same for a unique key.
    NullsDistinct {
        /// They are not: each may stand.
        Distinct = "NULLS DISTINCT",
        /// They are: one may stand.
        NotDistinct = "NULLS NOT DISTINCT",
    }

    /// Whether `SELECT *` shows a column, or the planner sees an index (MySQL, MariaDB).
    Visibility {
        /// It does.
        Visible = "VISIBLE",
        /// It does not.
        Invisible = "INVISIBLE",
    }

    /// Whether rows outlive a crash (PostgreSQL).
    Persistence {
        /// They do.
        Logged = "LOGGED",
        /// They do not.
        Unlogged = "UNLOGGED",
    }
}
