//! Pieces of a file, made here or by a thread ahead of whoever takes them.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, JoinHandle};

/// Pieces on their way between the two threads.
const N_AHEAD: usize = 4;

/// Makes pieces, one after another.
pub(super) trait Maker {
    type Piece: Default;

    /// Replaces a piece by the next one, and tells whether it is the last.
    fn next(&mut self, piece: &mut Self::Piece) -> bool;
}

/// Where pieces come from.
pub(super) enum Supply<M: Maker> {
    Here(Box<M>),
    Ahead(Ahead<M::Piece>),
}

impl<M: Maker> Supply<M> {
    pub(super) fn new(maker: M) -> Self {
        Self::Here(Box::new(maker))
    }

    /// Replaces a piece that has been used by the next one. Not to be called behind the last.
    pub(super) fn next(&mut self, piece: &mut M::Piece) -> io::Result<()> {
        match self {
            Self::Here(maker) => {
                maker.next(piece);
                Ok(())
            }
            Self::Ahead(ahead) => ahead.next(piece),
        }
    }
}

impl<M> Supply<M>
where
    M: Maker + Send + 'static,
    M::Piece: Send + 'static,
{
    /// The same on a thread of its own.
    pub(super) fn ahead(self, name: &str) -> io::Result<Self> {
        match self {
            Self::Here(maker) => Ok(Self::Ahead(Ahead::begin(name, *maker)?)),
            ahead @ Self::Ahead(_) => Ok(ahead),
        }
    }
}

/// The other end of a thread that makes pieces.
pub(super) struct Ahead<T> {
    pieces: Option<Receiver<T>>,
    /// Pieces that have been used go back: their memory is used again.
    used: Sender<T>,
    thread: Option<JoinHandle<()>>,
}

impl<T: Default + Send + 'static> Ahead<T> {
    fn begin(name: &str, mut maker: impl Maker<Piece = T> + Send + 'static) -> io::Result<Self> {
        let (used, empty) = channel();
        let (sender, pieces) = channel();
        for _ in 0..N_AHEAD {
            // Cannot fail: its receiver is in this function.
            used.send(T::default()).unwrap_or_default();
        }
        let work = move || {
            // Ends where nobody listens any more.
            while let Ok(mut piece) = empty.recv() {
                let is_last = maker.next(&mut piece);
                if sender.send(piece).is_err() || is_last {
                    return;
                }
            }
        };
        let thread = Builder::new().name(name.to_owned()).spawn(work)?;
        Ok(Self {
            pieces: Some(pieces),
            used,
            thread: Some(thread),
        })
    }
}

impl<T> Ahead<T> {
    fn next(&mut self, piece: &mut T) -> io::Result<()> {
        let next = self.pieces.as_ref().and_then(|pieces| pieces.recv().ok());
        // It says its last piece before it goes, unless it has panicked.
        let next = next.ok_or_else(|| io::Error::other("the thread ahead has died"))?;
        let old = std::mem::replace(piece, next);
        // Nobody needs it any more where the file has been read to its end.
        self.used.send(old).unwrap_or_default();
        Ok(())
    }
}

/// Whoever reads no further may be about to move the file, which Windows refuses
/// while it is open.
impl<T> Drop for Ahead<T> {
    fn drop(&mut self) {
        self.pieces = None;
        self.used = channel().0;
        if let Some(thread) = self.thread.take() {
            // A panic has been told of already.
            thread.join().unwrap_or_default();
        }
    }
}
