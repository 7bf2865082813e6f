//! Lists, which come in pages.

use std::marker::PhantomData;

use futures_util::stream::{self, Stream, TryStreamExt};
use http::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::client::{Bitbucket, Place};
use crate::error::Error;
use crate::limits;

/// A list that has not been asked for yet.
#[must_use]
#[derive(Debug)]
pub struct List<T> {
    place: Place,
    longest_page: u32,
    query: Vec<(&'static str, String)>,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> List<T> {
    pub(crate) fn new(place: Place, longest_page: u32) -> Self {
        Self { place, longest_page, query: Vec::new(), of: PhantomData }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Items on a page. Default: as many as the API allows.
    pub fn page_length(mut self, items: u32) -> Self {
        self.longest_page = items;
        self
    }

    /// Asks for the first page.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn send(self) -> Result<Page<T>, Error> {
        let mut url = self.place.url()?;
        let path = url.path().to_owned();
        url.query_pairs_mut()
            .append_pair("pagelen", &self.longest_page.to_string())
            .extend_pairs(self.query.iter().map(|(name, value)| (name, value)));
        Page::fetch(self.place.bitbucket(), url, &path, Vec::new()).await
    }

    /// Every item of every page, asked for as they are needed.
    pub fn stream(self) -> impl Stream<Item = Result<T, Error>> {
        stream::once(self.send()).map_ok(Page::into_stream).try_flatten()
    }

    /// Every item of every page.
    ///
    /// # Errors
    ///
    /// As every request.
    pub async fn all(self) -> Result<Vec<T>, Error> {
        self.stream().try_collect().await
    }
}

/// One page of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// What is on it. May be nothing even when more pages follow.
    pub values: Vec<T>,
    /// Where the next page is, in the server's words; absent on the last.
    pub next: Option<String>,
    bitbucket: Bitbucket,
    path: String,
    /// The pages so far, this one included.
    seen: Vec<Url>,
}

/// Only `values` and `next` are promised ("Pagination" in the documentation of the API).
#[derive(Deserialize)]
struct Answer<T> {
    values: Vec<T>,
    next: Option<String>,
}

impl<T: DeserializeOwned> Page<T> {
    async fn fetch(bitbucket: &Bitbucket, url: Url, path: &str, mut seen: Vec<Url>) -> Result<Self, Error> {
        let answer: Answer<T> = bitbucket.get(url.clone()).await?;
        seen.push(url);
        Ok(Self { values: answer.values, next: answer.next, bitbucket: bitbucket.clone(), path: path.to_owned(), seen })
    }

    /// The page after this one, if there is one.
    ///
    /// # Errors
    ///
    /// As every request; also when the server's link leaves the API's address, leads back to a page already seen, or
    /// the list has more than [`limits::PAGES`] pages.
    pub async fn next_page(&self) -> Result<Option<Self>, Error> {
        let Some(next) = &self.next else {
            return Ok(None);
        };
        let url = self.bitbucket.client().follow(next)?;
        let endless = |problem| Err(Error::Endless { first: self.path.clone(), problem });
        if self.seen.contains(&url) {
            return endless(format!("page {} leads back to a page before it", self.seen.len()));
        }
        if self.seen.len() >= limits::PAGES {
            return endless(format!("no end after {} pages", limits::PAGES));
        }
        Self::fetch(&self.bitbucket, url, &self.path, self.seen.clone()).await.map(Some)
    }

    /// The items of this page and of all that follow.
    pub fn into_stream(self) -> impl Stream<Item = Result<T, Error>> {
        let mut first = self;
        let items = std::mem::take(&mut first.values).into_iter();
        stream::try_unfold((items, first), |(mut items, mut page)| async move {
            loop {
                if let Some(item) = items.next() {
                    return Ok(Some((item, (items, page))));
                }
                let Some(mut next) = page.next_page().await? else {
                    return Ok(None);
                };
                items = std::mem::take(&mut next.values).into_iter();
                page = next;
            }
        })
    }
}
