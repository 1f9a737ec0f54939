import Synchronization

/// Keeps letters instead of sending them, for the person who develops or tries the house: in memory only, because they
/// hold contacts and one-time passwords.
package final class DevelopmentOutbox: Transport {
    /// A letter with its number, by which a page tells which ones it knows.
    package struct Entry: Sendable, Hashable {
        package let id: Int
        package let letter: Letter
    }

    private struct State {
        var entries: [Entry] = []
        var lastID = 0
    }

    private let maxLetters: Int
    private let state = Mutex(State())

    /// More than `maxLetters` at a time nobody reads; the oldest go.
    package init(maxLetters: Int = 200) {
        precondition(maxLetters > 0, "an outbox for \(maxLetters) letters")
        self.maxLetters = maxLetters
    }

    package func post(_ letter: Letter) { _ = add(letter) }

    /// Takes everything; a letter that is sent twice is here twice, as it would be on a phone.
    package func send(_ letter: Letter, key: String) -> Delivery { .taken(reference: "development-\(add(letter))") }

    private func add(_ letter: Letter) -> Int {
        state.withLock { state in
            state.lastID += 1
            if state.entries.count == maxLetters { state.entries.removeFirst() }
            state.entries.append(Entry(id: state.lastID, letter: letter))
            return state.lastID
        }
    }

    /// The newest first.
    package var letters: [Entry] { state.withLock { $0.entries.reversed() } }
}
