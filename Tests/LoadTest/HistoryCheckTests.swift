import LoadCheck
import Testing

/// A check that cannot fail proves nothing: each kind of violation is shown to it once, beside a history without any.
@Suite struct HistoryCheckTests {
    // covers: B12
    @Test func `a clean history passes, and says what was looked at`() throws {
        let report = try SmallHistory.clean.report()
        #expect(report.violations.isEmpty)
        #expect(report.isClean)
        #expect(report.counts.acknowledged == 3)
        #expect(report.counts.notes == 1)
        #expect(report.counts.received == 10)
        #expect(report.counts.finalLogs == 2)
    }

    @Test func `lines of different clients may stand in any order`() throws {
        var check = HistoryCheck()
        let lines = SmallHistory.clean.lines
        for client in [12, 11, 2, 1] { for line in lines where line.client == client { try check.add(line) } }
        for line in lines where line.client == nil { try check.add(line) }
        #expect(check.report().isClean)
    }

    @Test func `who comes back at another node has moved, who comes back at the same one has not`() throws {
        // Everybody has been connected once, to a node of which the small history does not say which.
        var history = SmallHistory.clean
        for node in ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:2", "127.0.0.1:1"] {
            history.add(.connect, SmallHistory.guest) { $0.node = node }
        }
        history.add(.connect, SmallHistory.member) { $0.node = "127.0.0.1:2" }
        let report = try history.report()
        #expect(report.isClean)
        // Both were in before, at no node that the history names.
        #expect(report.counts.reconnections == 5)
        #expect(report.counts.moves == 2)
        #expect(report.counts.nodes == 2)
    }

    // covers: B12
    @Test func `an acknowledged message that the final readers do not have is lost`() throws {
        var history = SmallHistory()
        history.exchange()
        history.intend(1, 2)
        history.acknowledge(1, 2, seq: 3)
        history.finish()
        let report = try history.report()
        #expect(Set(report.violations.map(\.kind)) == [.lost])
        #expect(report.violations.allSatisfy { $0.message == MessageID(client: 1, number: 2) && $0.seq == 3 })
        #expect(report.violations.allSatisfy { $0.caseID == SmallHistory.caseID && $0.client != nil })
    }

    @Test func `a message that was never acknowledged may be there or not`() throws {
        var history = SmallHistory()
        history.exchange()
        history.intend(1, 2)
        history.finish()
        #expect(try history.report().isClean)
    }

    @Test func `an acknowledged message that nobody but its sender saw is lost`() throws {
        var history = SmallHistory.clean
        history.open("case-b", by: SmallHistory.guest, team: "team-a")
        history.intend(1, 2, "case-b")
        history.acknowledge(1, 2, seq: 1, "case-b")
        history.subscribe(SmallHistory.guest, "case-b", after: 0)
        history.receive(SmallHistory.guest, 1, "message", from: 1, 2, in: "case-b")
        #expect(try history.found() == [.lost])
    }

    @Test func `a message that is in the log, and that a subscriber was never sent, is lost`() throws {
        var history = SmallHistory()
        history.intend(1, 1)
        history.acknowledge(1, 1, seq: 1)
        history.receive(SmallHistory.guest, 1, "message", from: 1, 1)
        for (reader, original) in [(11, SmallHistory.guest), (12, SmallHistory.member)] {
            history.beginReading(reader, as: original)
            history.receive(reader, 1, "message", from: 1, 1, shared: original == SmallHistory.member ? 1 : nil)
            history.caughtUp(reader, 1)
        }
        history.end()
        let report = try history.report()
        #expect(report.violations.map(\.kind) == [.lost])
        #expect(report.violations.first?.client == SmallHistory.member)
    }

    @Test func `a number that comes twice is repeated`() throws {
        var history = SmallHistory.clean
        history.receive(SmallHistory.guest, 2, "message", from: 2, 2)
        let report = try history.report()
        #expect(report.violations.map(\.kind) == [.repeated])
        #expect(report.violations.first?.seq == 2)
        #expect(report.violations.first?.client == SmallHistory.guest)
    }

    @Test func `what comes again after a resumption is repeated`() throws {
        var history = SmallHistory.clean
        history.subscribe(SmallHistory.guest, after: 2)
        #expect(try history.report().isClean)
        history.receive(SmallHistory.guest, 2, "message", from: 2, 2)
        #expect(try history.found() == [.repeated])
    }

    @Test func `what comes again because the log is another one is not`() throws {
        var history = SmallHistory.clean
        history.add(.afresh, SmallHistory.guest) { $0.caseID = SmallHistory.caseID }
        history.subscribe(SmallHistory.guest, after: 0)
        history.receiveExchange(SmallHistory.guest)
        #expect(try history.report().isClean)
    }

    @Test func `a message that was stored twice is repeated`() throws {
        var history = SmallHistory.clean
        for (client, seq) in [(1, 3), (11, 3), (2, 4), (12, 4)] {
            history.receive(client, Int64(seq), "message", from: 1, 1, shared: client % 10 == 2 ? 3 : nil)
        }
        #expect(try history.found() == [.repeated])
    }

    @Test func `a number that comes behind a later one is reordered`() throws {
        var history = SmallHistory.clean
        history.receive(SmallHistory.guest, 4, "automatic")
        history.receive(SmallHistory.guest, 3, "automatic")
        let report = try history.report()
        #expect(report.violations.map(\.kind) == [.reordered])
        #expect(report.violations.first?.seq == 3)
    }

    @Test func `messages of a sender that stand in another order than they were sent in are reordered`() throws {
        var history = SmallHistory.clean
        history.intend(1, 2)
        history.intend(1, 3)
        for (client, seq) in [(1, 3), (11, 3), (2, 4), (12, 4)] {
            let isMember = client % 10 == 2
            history.receive(client, Int64(seq), "message", from: 1, 3, shared: isMember ? 3 : nil)
            history.receive(client, Int64(seq) + 1, "message", from: 1, 2, shared: isMember ? 4 : nil)
        }
        let report = try history.report()
        #expect(Set(report.violations.map(\.kind)) == [.reordered])
        #expect(report.violations.allSatisfy { $0.message == MessageID(client: 1, number: 2) })
    }

    @Test func `a text that does not fit its checksum is altered`() throws {
        var history = SmallHistory.clean
        history.receive(SmallHistory.guest, 3, "message", isIntact: false)
        #expect(try history.found() == [.altered])
    }

    @Test func `two readers who see different things under one number see something altered`() throws {
        var history = SmallHistory.clean
        history.intend(1, 2)
        history.receive(SmallHistory.guest, 3, "message", from: 1, 2)
        history.receive(SmallHistory.guestReader, 3, "automatic")
        #expect(try history.found().contains(.altered))
    }

    @Test func `a member who is told another number of the guest's sees something altered`() throws {
        var history = SmallHistory.clean
        history.receive(SmallHistory.member, 4, "claimed", shared: 1)
        #expect(try history.found() == [.altered])
    }

    @Test func `a message that stands behind the number it was acknowledged under is altered`() throws {
        var history = SmallHistory.clean
        history.intend(1, 2)
        history.acknowledge(1, 2, seq: 2)
        for (client, seq) in [(1, 3), (11, 3), (2, 4), (12, 4)] {
            history.receive(client, Int64(seq), "message", from: 1, 2, shared: client % 10 == 2 ? 3 : nil)
        }
        #expect(try history.found() == [.altered])
    }

    // covers: B12
    @Test func `a case of another guest is foreign`() throws {
        var history = SmallHistory.clean
        history.meet(3, .guest, "boris", [])
        history.subscribe(3, after: 0)
        history.receiveExchange(SmallHistory.guest + 10)
        history.receive(3, 1, "message", from: 1, 1)
        let report = try history.report()
        #expect(report.violations.contains { $0.kind == .foreign && $0.client == 3 && $0.seq == 1 })
    }

    @Test func `a case of another team is foreign to a member, also in the inbox`() throws {
        var history = SmallHistory.clean
        history.meet(3, .member, "dr-no", ["team-b"])
        history.list(3, SmallHistory.caseID)
        #expect(try history.found() == [.foreign])
    }

    @Test func `an inbox may have cases of other days, a guest's list may not`() throws {
        var history = SmallHistory.clean
        history.list(SmallHistory.member, "case-of-yesterday")
        #expect(try history.report().isClean)
        history.list(SmallHistory.guest, "case-of-yesterday")
        #expect(try history.found() == [.foreign])
    }

    @Test(arguments: ["note", "alerted", "snoozed", "woke", "missedResponse", "invited", "linkShared"])
    func `what members alone may see is foreign to a guest`(type: String) throws {
        var history = SmallHistory.clean
        let isNote = type == "note"
        if isNote { history.intend(2, 3, isNote: true) }
        for client in [SmallHistory.guest, SmallHistory.guestReader] {
            history.receive(client, 3, type, from: isNote ? 2 : nil, isNote ? 3 : nil)
        }
        let found = try history.found()
        #expect(found.contains(.foreign))
    }

    @Test func `a message of another case, and one that nobody sent, are foreign`() throws {
        var history = SmallHistory.clean
        history.intend(1, 2, "case-b")
        history.receive(SmallHistory.guest, 3, "message", from: 1, 2)
        #expect(try history.found() == [.foreign, .lost])
        var other = SmallHistory.clean
        other.receive(SmallHistory.guest, 3, "message")
        #expect(try other.found() == [.foreign])
        var third = SmallHistory.clean
        third.receive(SmallHistory.guest, 3, "message", from: 7, 7)
        #expect(try third.found().contains(.foreign))
    }

    @Test func `a number that is passed over is a hole`() throws {
        var history = SmallHistory.clean
        history.receive(SmallHistory.guest, 5, "automatic")
        let report = try history.report()
        #expect(report.violations.map(\.kind) == [.hole])
        #expect(report.violations.first?.seq == 3)
    }

    @Test func `a hole of any size is one hole`() throws {
        var history = SmallHistory.clean
        history.receive(SmallHistory.guest, .max, "automatic")
        #expect(try history.report().violations.map(\.kind) == [.hole])
    }

    @Test func `who is told to be caught up without having had everything has a hole`() throws {
        var history = SmallHistory.clean
        history.caughtUp(SmallHistory.guest, 4)
        #expect(try history.found() == [.hole])
    }

    @Test func `a history without an end is unfinished`() throws {
        var history = SmallHistory()
        history.exchange()
        history.readAnew()
        #expect(try history.found() == [.unfinished])
    }

    @Test func `a history in which nothing was checked fails`() throws {
        var history = SmallHistory()
        history.end()
        let report = try history.report()
        #expect(report.violations.isEmpty)
        #expect(report.checkedNothing)
        #expect(!report.isClean)
        #expect(report.text.contains("nothing was checked"))
    }

    @Test func `what a client could not read is altered`() throws {
        var history = SmallHistory.clean
        history.add(.unreadable, SmallHistory.guest) { $0.code = "no JSON" }
        #expect(try history.found() == [.altered])
    }

    @Test func `a violation names its case, number, client and message`() throws {
        let violation = Violation(
            .lost, caseID: "case-a", seq: 7, client: 3, message: MessageID(client: 1, number: 2), "is gone")
        #expect(violation.description == "lost: case case-a, number 7, client 3, message 1/2: is gone")
    }
}
