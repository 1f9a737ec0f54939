import Reactor
import Synchronization
import Testing

@testable import Gateway

@Suite struct AskedTogetherTests {
    /// Has nothing done before it is told to.
    private final class Hands: Sendable {
        private let jobs = Mutex<[WorkerPool.Job]>([])
        private let room: Int

        init(room: Int = .max) { self.room = room }

        func take(_ job: @escaping WorkerPool.Job) -> Bool {
            jobs.withLock { jobs in
                guard jobs.count < room else { return false }
                jobs.append(job)
                return true
            }
        }

        var count: Int { jobs.withLock { $0.count } }

        func work() {
            while let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { job() }
        }
    }

    private final class Heard: Sendable {
        let lots = Mutex<[[Int]]>([])
        let answers = Mutex<[Int: Int]>([:])

        func answer(_ lot: [Int]) -> [Int] {
            lots.withLock { $0.append(lot) }
            return lot.map { $0 * 10 }
        }
    }

    private func ask(_ together: AskedTogether<Int, Int>, _ question: Int, _ heard: Heard) -> Bool {
        together.ask(question) { answer in
            heard.answers.withLock { #expect($0.updateValue(answer, forKey: question) == nil) }
        }
    }

    @Test func `what is asked meanwhile is answered together, each with its own answer`() {
        let (hands, heard) = (Hands(), Heard())
        let together = AskedTogether(most: 3, waiting: 100, take: hands.take, answer: heard.answer)
        for question in 1...7 { #expect(ask(together, question, heard)) }
        #expect(hands.count == 1)
        hands.work()
        #expect(heard.lots.withLock { $0 } == [[1, 2, 3], [4, 5, 6], [7]])
        #expect(heard.answers.withLock { $0 } == Dictionary(uniqueKeysWithValues: (1...7).map { ($0, $0 * 10) }))
        #expect(ask(together, 8, heard) && hands.count == 1)
        hands.work()
        #expect(heard.answers.withLock { $0[8] } == 80)
    }

    @Test func `too many are told so, and the others answered`() {
        let (hands, heard) = (Hands(), Heard())
        let together = AskedTogether(most: 10, waiting: 2, take: hands.take, answer: heard.answer)
        #expect((1...4).map { ask(together, $0, heard) } == [true, true, false, false])
        hands.work()
        #expect(heard.answers.withLock { $0 } == [1: 10, 2: 20])
    }

    @Test func `who finds no hands is told so, and leaves nothing behind`() {
        let heard = Heard()
        let none = AskedTogether(most: 10, waiting: 10, take: Hands(room: 0).take, answer: heard.answer)
        #expect(!ask(none, 1, heard) && !ask(none, 2, heard))
        #expect(heard.lots.withLock { $0.isEmpty })
    }

    @Test func `what was taken is answered also when no further job is`() {
        let heard = Heard()
        let job = Mutex<WorkerPool.Job?>(nil)
        let together = AskedTogether<Int, Int>(most: 2, waiting: 10) { new in
            job.withLock { job in
                defer { if job == nil { job = new } }
                return job == nil
            }
        } answer: {
            heard.answer($0)
        }
        for question in 1...5 { #expect(ask(together, question, heard)) }
        job.withLock { $0 }?()
        #expect(heard.lots.withLock { $0 } == [[1, 2], [3, 4], [5]])
    }

    @Test func `many threads at once each get their own answer`() throws {
        let pool = try WorkerPool("together", threads: 2, waiting: 64)
        let heard = Heard()
        let left = Atomic(0)
        let together = AskedTogether(most: 8, waiting: 10_000, take: pool.take, answer: heard.answer)
        let askers = try (0..<4).map { asker in
            try OwnThread("asker") {
                for question in asker * 1000..<(asker + 1) * 1000 where !ask(together, question, heard) {
                    left.add(1, ordering: .relaxed)
                }
            }
        }
        for asker in askers { asker.join() }
        pool.stop()
        #expect(left.load(ordering: .relaxed) == 0)
        #expect(
            heard.answers.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<4000).map { ($0, $0 * 10) }))
        #expect(heard.lots.withLock { $0.allSatisfy { 1...8 ~= $0.count } })
    }
}
