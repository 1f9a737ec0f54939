import CaseMachine
import CaseStore
import TestSupport
import Testing
import Wire

@testable import Gateway

@Suite struct `Hostile messages` {
    @Test func `are answered with what is wrong, and the socket lives`() async throws {
        try await withClinic { clinic in
            let client = try clinic.socket(of: clinic.anna)
            let table: [(text: String, re: Int64, code: String)] = [
                ("", 0, "bad_json"), ("[]", 0, "bad_json"), ("{", 0, "bad_json"), ("{}", 0, "bad_message"),
                (#"{"id":-1,"type":"ping"}"#, 0, "bad_message"),
                (#"{"id":9007199254740992,"type":"ping"}"#, 0, "bad_message"),
                (#"{"id":7,"type":"dance"}"#, 7, "unknown_type"),
                (#"{"id":8,"type":"send","case":"x","key":"y","text":"z"}"#, 8, "bad_message"),
                (#"{"id":9,"type":"subscribe","case":"x","after":-1}"#, 9, "bad_message"),
                (#"{"id":10,"type":"subscribe","case":"x","after":0}"#, 10, "no_such_case"),
                (String(repeating: "[", count: 60_000), 0, "bad_json"),
                (#"{"id":11,"type":"closed","team":"x","limit":101}"#, 11, "bad_message"),
            ]
            for row in table {
                try client.sendText(Array(row.text.utf8))
                guard case .error(let error) = try client.receive() else {
                    Issue.record("no error for \(row.text.prefix(40))")
                    continue
                }
                #expect(error.code == row.code && (error.re == row.re || row.re == 0), "\(row.text.prefix(40))")
            }
            #expect(try client.ask(.ping).isAccepted)
        }
    }

    @Test func `of any bytes end no process, and what is too long is named`() async throws {
        var limits = HubLimits()
        limits.commandsAtOnce = 100_000
        try await withClinic(limits: limits) { clinic in
            let client = try clinic.socket(of: clinic.anna)
            var random = SeededRandom(seed: 7)
            for length in 0..<200 {
                // Letters, so that it is text; the reader of JSON has its own test with any bytes.
                let bytes = random.bytes(length).map { $0 & 0x5F | 0x20 }
                try client.sendText(bytes)
                guard case .error = try client.receive() else { return #expect(Bool(false), "not an error") }
            }
            try client.sendText(Array(repeating: 0x20, count: 64 << 10 + 1))
            guard case .error(let error) = try client.receive() else { return #expect(Bool(false), "not an error") }
            #expect(error.code == "too_long" && error.detail == .limit(64 << 10))
        }
    }

    @Test func `that are binary end the socket`() async throws {
        try await withClinic { clinic in
            let client = try clinic.socket(of: clinic.anna)
            try client.sendText([1, 2, 3], opcode: 2)
            #expect(try client.waitForEnd().code == SocketEnd.notTheProtocol.rawValue)
        }
    }

    @Test func `that come too fast are refused, and may be sent again`() async throws {
        var limits = HubLimits()
        limits.commandsAtOnce = 5
        limits.commandsPerSecond = 2
        try await withClinic(limits: limits) { clinic in
            let client = try clinic.socket(of: clinic.anna)
            let codes = try (0..<20).map { _ in try client.ask(.ping).code }
            #expect(codes.prefix(3) == [nil, nil, nil])
            #expect(codes.contains("too_fast") && codes.allSatisfy { $0 == nil || $0 == "too_fast" })
            try wait(for: "a new allowance") { (try? client.ask(.ping).isAccepted) == true }
        }
    }

    @Test func `cannot follow more cases than a socket may`() async throws {
        var limits = HubLimits()
        limits.subscriptions = 2
        try await withClinic(limits: limits) { clinic in
            let guest = try clinic.socket(try clinic.guest("Maria").session)
            let names = try (0..<3).map { try guest.open(clinic.reception, "Question \($0)").caseID }
            try guest.subscribe(names[0])
            try guest.subscribe(names[1])
            let third = ClientCommand.subscribe(Subscription(caseID: names[2], after: 0, generation: nil))
            #expect(try guest.ask(third).code == "too_many_subscriptions")
            // One that is followed may be asked for anew.
            try guest.subscribe(names[0], after: 1)
            #expect(try guest.ask(.unsubscribe(caseID: names[1])).isAccepted)
            #expect(try guest.ask(third).isAccepted)
        }
    }
}
