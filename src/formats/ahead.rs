//! A thread that makes pieces of something ahead of whoever takes them.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, JoinHandle};

/// Pieces on their way between the two threads.
const N_AHEAD: usize = 4;

/// See the module's documentation.
pub(super) struct Ahead<T> {
    pieces: Option<Receiver<io::Result<T>>>,
    /// Pieces that have been used go back: their memory is used again.
    used: Sender<T>,
    thread: Option<JoinHandle<()>>,
}

impl<T: Default + Send + 'static> Ahead<T> {
    /// `make` replaces a piece by the next one and tells whether it was the last.
    pub(super) fn begin(
        name: &str,
        mut make: impl FnMut(&mut T) -> io::Result<bool> + Send + 'static,
    ) -> io::Result<Self> {
        let (used, empty) = channel();
        let (sender, pieces) = channel();
        for _ in 0..N_AHEAD {
            // Cannot fail: its receiver is in this function.
            used.send(T::default()).unwrap_or_default();
        }
        let work = move || {
            // Ends where nobody listens any more.
            while let Ok(mut piece) = empty.recv() {
                let result = make(&mut piece);
                let is_over = !matches!(result, Ok(false));
                if sender.send(result.map(|_| piece)).is_err() || is_over {
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

    /// Replaces a piece that has been used by the next one. Not to be called behind the last.
    pub(super) fn next(&mut self, piece: &mut T) -> io::Result<()> {
        let next = match self.pieces.as_ref().map(Receiver::recv) {
            Some(Ok(next)) => next?,
            // It says its last piece or an error before it goes, unless it has panicked.
            Some(Err(_)) | None => return Err(io::Error::other("the thread ahead has died")),
        };
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
