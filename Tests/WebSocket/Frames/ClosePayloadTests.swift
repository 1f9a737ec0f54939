import Testing

@testable import WebSocket

private enum Judged: Equatable {
    case close(UInt16, [UInt8])
    case failed(ProtocolFailure)
}

private func decodeClose(_ bytes: [UInt8]) -> Judged {
    bytes.withUnsafeBytes { body in
        do throws(ProtocolFailure) {
            let (code, reason) = try ClosePayload.decode(body)
            return .close(code.rawValue, Array(reason))
        } catch {
            return .failed(error)
        }
    }
}

private func encodeClose(_ code: CloseCode, _ reason: String) -> [UInt8] {
    var buffer = ByteBuffer()
    ClosePayload.encode(code, reason, into: &buffer)
    return Array(buffer.bytes)
}

@Suite("A close frame's body")
struct ClosePayloadTests {
    @Test("carries the codes that the registry allows on the wire (§7.4), and no other")
    func allCodes() {
        // IANA's table without 1004 (reserved), 1005, 1006 and 1015 (never sent), and the two ranges for free use.
        let registered: Set<UInt16> = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014]
        var wrong: [UInt16] = []
        for code in UInt16.min...UInt16.max {
            let isAllowed = registered.contains(code) || code / 1000 == 3 || code / 1000 == 4
            let body = [UInt8(code >> 8), UInt8(code & 0xFF)]
            let expected: Judged = isAllowed ? .close(code, []) : .failed(.invalidCloseCode)
            let isRight =
                CloseCode(rawValue: code).isValidOnTheWire == isAllowed && decodeClose(body) == expected
                && encodeClose(CloseCode(rawValue: code), "") == (isAllowed ? body : [])
            if !isRight { wrong.append(code) }
        }
        #expect(wrong == [])
    }

    @Test("may be empty, which means that there is no code (§7.1.5)")
    func empty() {
        #expect(decodeClose([]) == .close(CloseCode.noStatus.rawValue, []))
        #expect(encodeClose(.noStatus, "never sent") == [])
        #expect(encodeClose(.abnormal, "never sent") == [])
    }

    @Test(
        "is refused by the RFC",
        arguments: [
            ("half a code (§5.5.1)", [0x03], .truncatedCloseCode),
            ("an unknown code before its reason", [0x00, 0x00, 0xFF], .invalidCloseCode),
            ("a reason that is not UTF-8 (§5.5.1)", [0x03, 0xE8, 0xFF], .invalidCloseReason),
            ("a reason that is cut short", [0x03, 0xE8, 0x61, 0xC3], .invalidCloseReason),
        ] as [(String, [UInt8], ProtocolFailure)])
    func refused(label: String, body: [UInt8], failure: ProtocolFailure) {
        #expect(decodeClose(body) == .failed(failure))
    }

    @Test("has room for 123 bytes of reason, cut between two scalars (§5.5)", arguments: ["a", "é", "€", "😀"])
    func cutsTheReason(scalar: String) {
        let width = scalar.utf8.count
        for padding in 0..<4 {
            for count in 0...130 {
                let reason = String(repeating: "x", count: padding) + String(repeating: scalar, count: count)
                let body = encodeClose(.goingAway, reason)
                let fitting = min(count, (123 - padding) / width)
                let expected = String(repeating: "x", count: padding) + String(repeating: scalar, count: fitting)
                #expect(body == [0x03, 0xE9] + Array(expected.utf8))
                #expect(body.count <= FrameHeader.maxControlPayloadBytes)
                #expect(decodeClose(body) == .close(1001, Array(expected.utf8)))
            }
        }
    }

    @Test("is written behind what the buffer holds")
    func appends() {
        var buffer = ByteBuffer()
        buffer.append("head")
        ClosePayload.encode(.normal, "bye", into: &buffer)
        let bytes = Array(buffer.bytes)
        #expect(bytes == Array("head".utf8) + [0x03, 0xE8] + Array("bye".utf8))
    }
}

@Suite("A protocol failure")
struct ProtocolFailureTests {
    @Test("has a close code that may be sent (§7.4.1)")
    func codes() {
        let others: [ProtocolFailure: CloseCode] = [
            .invalidCloseReason: .invalidPayload, .invalidText: .invalidPayload, .invalidCompression: .invalidPayload,
            .messageTooBig: .messageTooBig, .tooManyFrames: .policyViolation,
        ]
        for failure in ProtocolFailure.allCases {
            #expect(failure.code == others[failure] ?? .protocolError)
            #expect(failure.code.isValidOnTheWire)
        }
    }

    @Test("has a reason of its own that fits into a close frame (§5.5.1)")
    func reasons() {
        let reasons = ProtocolFailure.allCases.map(\.reason)
        #expect(Set(reasons).count == reasons.count)
        #expect(reasons.allSatisfy { !$0.isEmpty && $0.utf8.count <= 123 && $0.utf8.allSatisfy { $0 < 0x80 } })
    }
}
