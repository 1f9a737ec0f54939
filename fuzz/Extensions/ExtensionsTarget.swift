import FuzzSupport
import WebSocket

/// The negotiation of permessage-deflate: arbitrary fields are answered or refused without a trap, an answer keeps to
/// its policy, and what our server answers our client accepts and understands in the same way.
@main
enum ExtensionsTarget {
    static func main() {
        fuzz { choices in
            let one = policy(&choices)
            let other = policy(&choices)
            let fields = choices.bytes().split(separator: 0x0A, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            judgeAsOffer(fields, one)
            judgeAsAnswer(fields, one)
            judgeBetween(client: one, server: other)
        }
    }

    private static func policy(_ choices: inout Choices) -> DeflatePolicy {
        let flags = choices.byte()
        let bits = choices.byte()
        return DeflatePolicy(
            serverKeepsContext: flags & 1 == 1, clientKeepsContext: flags & 2 == 2,
            serverMaxWindowBits: 9 + Int(bits & 15) % 7, clientMaxWindowBits: 9 + Int(bits >> 4) % 7)
    }

    private static func judgeAsOffer(_ fields: [String], _ policy: DeflatePolicy) {
        let answer = DeflateNegotiation.answer(to: fields, policy: policy)
        // RFC 9110 §5.3: several fields of one name are one list.
        let joined = DeflateNegotiation.answer(to: [fields.joined(separator: ",")], policy: policy)
        expectEqual(answer?.field, joined?.field, "one field and several are answered differently")
        guard let answer else { return }

        expect(!DeflateNegotiation.isMalformed(fields), "answered a malformed field with \(answer.field)")
        let agreed = answer.parameters
        expect(9...policy.serverMaxWindowBits ~= agreed.serverMaxWindowBits, "server's window: \(agreed)")
        expect(9...15 ~= agreed.clientMaxWindowBits || agreed.clientMaxWindowBits == 8, "client's window: \(agreed)")
        expect(agreed.serverNoContextTakeover || policy.serverKeepsContext, "server keeps its context: \(agreed)")
        expect(agreed.clientNoContextTakeover || policy.clientKeepsContext, "client keeps its context: \(agreed)")
        // A client that asks for nothing reads the same in the field.
        let askingNothing = DeflatePolicy(serverKeepsContext: true, clientKeepsContext: true)
        expectEqual(accepted([answer.field], askingNothing), agreed, "\(answer.field) does not say what was agreed")
    }

    private static func judgeAsAnswer(_ fields: [String], _ policy: DeflatePolicy) {
        do throws(DeflateNegotiationError) {
            guard let agreed = try DeflateNegotiation.accept(response: fields, policy: policy) else {
                return expect(fields.isEmpty, "an answer without extensions from \(fields)")
            }
            expect(!DeflateNegotiation.isMalformed(fields), "accepted a malformed field")
            expect(8...policy.serverMaxWindowBits ~= agreed.serverMaxWindowBits, "server's window: \(agreed)")
            expect(8...policy.clientMaxWindowBits ~= agreed.clientMaxWindowBits, "client's window: \(agreed)")
            expect(agreed.serverNoContextTakeover || policy.serverKeepsContext, "server keeps its context: \(agreed)")
            expect(agreed.clientNoContextTakeover || policy.clientKeepsContext, "client keeps its context: \(agreed)")
        } catch {
            expectEqual(error == .malformed, DeflateNegotiation.isMalformed(fields), "refused as \(error)")
        }
    }

    /// Whatever both sides want, they agree, and on the same.
    private static func judgeBetween(client: DeflatePolicy, server: DeflatePolicy) {
        let offer = DeflateNegotiation.offer(policy: client)
        guard let answer = DeflateNegotiation.answer(to: [offer], policy: server) else {
            return expect(false, "our offer \(offer) is declined by \(server)")
        }
        expectEqual(accepted([answer.field], client), answer.parameters, "\(offer) was answered by \(answer.field)")
    }

    private static func accepted(_ fields: [String], _ policy: DeflatePolicy) -> DeflateParameters? {
        try? DeflateNegotiation.accept(response: fields, policy: policy)
    }
}
