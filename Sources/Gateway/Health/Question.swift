import Synchronization

/// A question to another thread by mail. Mail is dropped where its reader has ended; whoever waits hears nil then, and
/// also when the time for the answer is over. The first answer counts.
package final class Question<Value: Sendable>: Sendable {
    private let waiting: Mutex<CheckedContinuation<Value?, Never>?>

    private init(_ waiting: CheckedContinuation<Value?, Never>) { self.waiting = Mutex(waiting) }

    deinit { end(nil) }

    package func answer(_ value: Value) { end(value) }

    private func end(_ value: Value?) {
        let waiting = waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        waiting?.resume(returning: value)
    }

    /// `post` hands the question to whoever is to answer it, or lets go of it.
    package static func ask(within limit: Duration, _ post: (Question) -> Void) async -> Value? {
        await withCheckedContinuation { continuation in
            let question = Question(continuation)
            // Weakly: a question that was let go of is answered by its end, not after the time is over.
            Task { [weak question] in
                try? await Task.sleep(for: limit)
                question?.end(nil)
            }
            post(question)
        }
    }
}
