//! [`Objects`]: the objects of one kind, by name and in order.

use std::collections::{BTreeMap, btree_map};

/// Something that is known by a key.
pub trait Object {
    /// What it is known by.
    type Key: Ord + Clone;

    /// Its key.
    fn key(&self) -> Self::Key;
}

/// Objects of one kind, found by their key and walked in its order.
///
/// The key is always that of the value: a value is changed by taking it out and putting it in again.
///
/// ```
/// use migrate_core::model::schema::{EnumType, Name, Objects};
///
/// let mood = EnumType::new(Name::bare("mood"), ["sad", "happy"]);
/// let types: Objects<EnumType> = [mood].into_iter().collect();
/// assert_eq!(types.get(&Name::bare("mood")).map(|it| it.labels.len()), Some(2));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objects<T: Object>(BTreeMap<T::Key, T>);

impl<T: Object> Objects<T> {
    /// The object with this key.
    pub fn get(&self, key: &T::Key) -> Option<&T> {
        self.0.get(key)
    }

    /// Whether there is one with this key.
    pub fn contains(&self, key: &T::Key) -> bool {
        self.0.contains_key(key)
    }

    /// Puts an object in, and returns the one that had its key.
    pub fn insert(&mut self, object: T) -> Option<T> {
        self.0.insert(object.key(), object)
    }

    /// Takes an object out.
    pub fn remove(&mut self, key: &T::Key) -> Option<T> {
        self.0.remove(key)
    }

    /// Changes the object with this key, which may change its key; says whether there is one.
    pub fn update(&mut self, key: &T::Key, change: impl FnOnce(&mut T)) -> bool {
        let Some(mut object) = self.0.remove(key) else {
            return false;
        };
        change(&mut object);
        self.insert(object);
        true
    }

    /// Keeps those that `keep` says.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.0.retain(|_, object| keep(object));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in the order of their keys.
    pub fn iter(&self) -> btree_map::Values<'_, T::Key, T> {
        self.0.values()
    }
}

impl<T: Object> Default for Objects<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Object> FromIterator<T> for Objects<T> {
    fn from_iter<I: IntoIterator<Item = T>>(objects: I) -> Self {
        Self(
            objects
                .into_iter()
                .map(|object| (object.key(), object))
                .collect(),
        )
    }
}

impl<T: Object> Extend<T> for Objects<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, objects: I) {
        self.0
            .extend(objects.into_iter().map(|object| (object.key(), object)));
    }
}

impl<'a, T: Object> IntoIterator for &'a Objects<T> {
    type Item = &'a T;
    type IntoIter = btree_map::Values<'a, T::Key, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Object> IntoIterator for Objects<T> {
    type Item = T;
    type IntoIter = btree_map::IntoValues<T::Key, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_values()
    }
}

/// A list, in order.
#[cfg(feature = "runtime")]
impl<T: Object + serde::Serialize> serde::Serialize for Objects<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
