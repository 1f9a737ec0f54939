import DequeModule
import Synchronization

/// Questions that many ask one by one, and that the store answers best together: whoever asks while others are being
/// answered goes with the next lot. Who asks alone waits for nobody; in a storm a lot grows as long as it takes to answer
/// the one before it.
final class AskedTogether<Question: Sendable, Answer: Sendable>: Sendable {
    private typealias Waiting = (question: Question, then: @Sendable (Answer) -> Void)

    private struct State {
        var waiting: Deque<Waiting> = []
        var isUnderWay = false
    }

    private let state = Mutex(State())
    /// In one lot.
    private let most: Int
    /// Of those that are not in a lot yet.
    private let mostWaiting: Int
    /// Has it done on a thread that may block; false when too much waits there.
    private let take: @Sendable (@escaping WorkerPool.Job) -> Bool
    /// To each question its answer, in their order.
    private let answer: @Sendable ([Question]) -> [Answer]

    init(
        most: Int, waiting: Int, take: @escaping @Sendable (@escaping WorkerPool.Job) -> Bool,
        answer: @escaping @Sendable ([Question]) -> [Answer]
    ) {
        self.most = max(1, most)
        mostWaiting = max(1, waiting)
        self.take = take
        self.answer = answer
    }

    /// `then` is called once, on another thread; false: too much waits, and it is not.
    func ask(_ question: Question, then: @escaping @Sendable (Answer) -> Void) -> Bool {
        state.withLock { state in
            guard state.waiting.count < mostWaiting, state.isUnderWay || take({ [self] in run() }) else { return false }
            state.isUnderWay = true
            state.waiting.append((question, then))
            return true
        }
    }

    /// One lot, then a job for the next, so that others on the same threads have their turn between two. Where there is no
    /// room for that job it is done at once: what was taken is answered.
    private func run() {
        var goesOn = true
        while goesOn {
            let lot = state.withLock { state in
                let lot = Array(state.waiting.prefix(most))
                state.waiting.removeFirst(lot.count)
                return lot
            }
            for (waiting, answer) in zip(lot, answer(lot.map(\.question))) { waiting.then(answer) }
            goesOn = state.withLock { state in
                state.isUnderWay = !state.waiting.isEmpty
                return state.isUnderWay && !take({ [self] in run() })
            }
        }
    }
}
