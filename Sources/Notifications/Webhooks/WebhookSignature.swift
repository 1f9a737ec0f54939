/// How the house signs what it posts, and checks what is posted to it: `t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA-256 of
/// `SECONDS.BODY` under the shared secret. The time is signed along, so that what somebody has recorded is worth nothing
/// later. While a secret is being changed there may be a `v1` for each.
package enum WebhookSignature {
    package static let field = "Foyer-Signature"
    /// Clocks differ and posts wait; whoever has recorded one has this long to repeat it.
    package static let tolerance: Duration = .seconds(300)
    /// Of a header: a time and a few signatures.
    static let maxBytes = 1024

    package enum Refusal: String, Error, Sendable {
        case missing = "There is no signature, or it has another form than t=SECONDS,v1=HEX."
        case wrong = "The signature is not that of this body under this secret."
        case tooOld = "It was signed more than five minutes ago. Is this machine's clock right?"
        case tooNew = "It was signed more than five minutes ahead. Is this machine's clock right?"
    }

    package static func header(_ body: [UInt8], secret: Secret, secondsSinceEpoch: Int64) -> String {
        "t=\(secondsSinceEpoch),v1=\(Digests.hex(mac(body, secret, "\(secondsSinceEpoch)")))"
    }

    /// The time is looked at after the signature: only who knows the secret is told about clocks.
    package static func check(
        _ header: String?, body: [UInt8], secret: Secret, secondsSinceEpoch now: Int64
    ) throws(Refusal) {
        guard let header, header.utf8.count <= maxBytes else { throw .missing }
        let parts = header.split(separator: ",").map { $0.split(separator: "=", maxSplits: 1) }
        let moments = parts.filter { $0.count == 2 && $0[0] == "t" }.map { $0[1] }
        let signatures = parts.filter { $0.count == 2 && $0[0] == "v1" }.map { Array($0[1].utf8) }
        guard moments.count == 1, let signed = Int64(moments[0]), signed >= 0, !signatures.isEmpty else {
            throw .missing
        }
        let wanted = Array(Digests.hex(mac(body, secret, String(moments[0]))).utf8)
        guard signatures.contains(where: { Digests.areEqual($0, wanted) }) else { throw .wrong }
        let seconds = tolerance.components.seconds
        // Neither can overflow: both are moments, not below zero.
        let age = max(0, now) - signed
        if age > seconds { throw .tooOld }
        if age < -seconds { throw .tooNew }
    }

    private static func mac(_ body: [UInt8], _ secret: Secret, _ moment: String) -> [UInt8] {
        Digests.hmacSHA256(key: secret.bytes, Array("\(moment).".utf8) + body)
    }
}
