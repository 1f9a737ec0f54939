import CLinux
import Dispatch
import Glibc
import Testing

@testable import Reactor

extension Mailbox {
    /// What the eventfd counts, and zero from then on.
    fileprivate func wakeUps() -> UInt64 {
        var counter: eventfd_t = 0
        return eventfd_read(descriptor, &counter) == 0 ? counter : 0
    }

    fileprivate func takeAll() -> [Mail] {
        var mail: [Mail] = []
        take(&mail)
        return mail
    }
}

@Suite("A mailbox")
struct MailboxTests {
    @Test("hands out what was posted, in that order")
    func order() throws {
        let box = try Mailbox<Int>(capacity: 10)
        for number in 0..<5 { #expect(box.post(number) == .accepted) }
        #expect(box.takeAll() == [0, 1, 2, 3, 4])
        #expect(box.takeAll() == [])
    }

    @Test("takes no more than it holds, but urgent mail always")
    func bound() throws {
        let box = try Mailbox<Int>(capacity: 2)
        #expect(box.post(1) == .accepted)
        #expect(box.post(2) == .accepted)
        #expect(box.post(3) == .full)
        #expect(box.post(4, urgent: true) == .accepted)
        #expect(box.takeAll() == [1, 2, 4])
        #expect(box.post(5) == .accepted)
    }

    @Test("wakes the loop with the first letter only")
    func wakesOnce() throws {
        let box = try Mailbox<Int>(capacity: 10)
        #expect(box.wakeUps() == 0)
        for number in 0..<5 { _ = box.post(number) }
        #expect(box.wakeUps() == 1)
        _ = box.takeAll()
        #expect(box.wakeUps() == 0)
        _ = box.post(6)
        #expect(box.wakeUps() == 1)
    }

    @Test("a shut one takes nothing and has forgotten what waited")
    func shut() throws {
        let box = try Mailbox<Int>(capacity: 10)
        _ = box.post(1)
        box.shut()
        #expect(box.post(2) == .closed)
        #expect(box.post(3, urgent: true) == .closed)
        #expect(box.takeAll() == [])
    }

    @Test("of several threads it loses nothing, and keeps each one's order")
    func severalProducers() throws {
        let (producers, letters) = (4, 5000)
        let box = try Mailbox<(producer: Int, number: Int)>(capacity: 64)
        for producer in 0..<producers {
            DispatchQueue(label: "producer \(producer)").async {
                for number in 0..<letters {
                    while box.post((producer, number)) != .accepted { sched_yield() }
                }
            }
        }
        var next = [Int](repeating: 0, count: producers)
        var disorder = 0
        var spare: [(producer: Int, number: Int)] = []
        while next.reduce(0, +) < producers * letters {
            // As a loop does: it sleeps until the eventfd can be read, so a lost wake-up would end here.
            var waiting = pollfd(fd: box.descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 10_000) == 1 else {
                Issue.record("nothing woke the reader after \(next) letters")
                return
            }
            box.take(&spare)
            for (producer, number) in spare {
                if next[producer] != number { disorder += 1 }
                next[producer] += 1
            }
            spare.removeAll(keepingCapacity: true)
        }
        #expect(disorder == 0)
    }
}
