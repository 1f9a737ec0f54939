/// Why a client refuses what the server answered to its offer; it then fails the connection (RFC 7692 §5.1, §7.1).
package enum DeflateNegotiationError: Error, Equatable {
    /// The field breaks the grammar of RFC 6455 §9.1.
    case malformed
    /// An extension that was not offered (RFC 6455 §4.1, step 5 of the checks).
    case extensionNotOffered(String)
    /// permessage-deflate is there twice; two extensions cannot both own RSV1 (RFC 7692 §6).
    case repeatedExtension
    /// Unknown, repeated, or with a value it cannot have (RFC 7692 §7.1).
    case invalidParameter(String)
    /// The offer demanded it and the answer passes over it (RFC 7692 §7.1.1.1, §7.1.2.1).
    case missingParameter(String)
    /// More than the offer allows (RFC 7692 §7.1.2.1, §7.1.2.2).
    case windowAboveOffer(String)
}

/// How two endpoints agree on permessage-deflate (RFC 7692 §5, §7.1) in the opening handshake.
package enum DeflateNegotiation {
    private static let extensionName = "permessage-deflate"

    /// The server's side: what to answer to the values of the request's Sec-WebSocket-Extensions, or nil for no
    /// compression.
    ///
    /// Offers stand in the client's order of preference; the first that we can serve wins (RFC 7692 §5.2). A header that
    /// breaks the grammar is answered by nil as well: no offer in it can be trusted, and a connection without
    /// compression needs no agreement. A handshake that would rather refuse such a client, as RFC 6455 §9.1 says,
    /// asks `isMalformed`.
    package static func answer(
        to extensionFields: [String], policy: DeflatePolicy
    ) -> (parameters: DeflateParameters, field: String)? {
        guard let offers = ExtensionList.parse(extensionFields) else { return nil }
        for offer in offers where offer.name == extensionName {
            // RFC 7692 §7.1: an offer with a parameter we do not know or cannot read is declined, not the connection.
            guard let asked = try? DeflateFieldParameters(offer.parameters, in: .offer) else { continue }
            if let answered = answer(to: asked, policy: policy) {
                return answered
            }
        }
        return nil
    }

    /// RFC 6455 §9.1: whoever receives a value outside the grammar "MUST immediately Fail the WebSocket Connection".
    package static func isMalformed(_ extensionFields: [String]) -> Bool {
        ExtensionList.parse(extensionFields) == nil
    }

    private static func answer(
        to offer: DeflateFieldParameters, policy: DeflatePolicy
    ) -> (parameters: DeflateParameters, field: String)? {
        var answer = DeflateFieldParameters()
        // §7.1.1.1: agreeing to the demand is repeating it; a server may also say it unasked.
        answer.serverNoContextTakeover = offer.serverNoContextTakeover || !policy.serverKeepsContext
        // §7.1.1.2: unasked, it forbids the client to keep a context; asked, it confirms that the client will not.
        answer.clientNoContextTakeover = offer.clientNoContextTakeover || !policy.clientKeepsContext

        // §7.1.2.1: agreeing is repeating the demand with the same or a smaller value; unasked only where it tells news.
        // An offer of 8 is declined: zlib's smallest window is 512 bytes (DeflatePolicy.compressibleWindowBits), and
        // a peer with 256 need not reach back that far. The client's next offer may well suit both.
        let serverBits = min(offer.serverMaxWindowBits ?? 15, policy.serverMaxWindowBits)
        guard DeflatePolicy.compressibleWindowBits ~= serverBits else { return nil }
        if offer.serverMaxWindowBits != nil || serverBits < 15 {
            answer.serverMaxWindowBits = serverBits
        }

        // §7.1.2.2: only a client that mentioned the parameter understands it in an answer. Without it the client may
        // use 15 bits whatever we wish, so the decompressor has to have them.
        let clientBits: Int
        switch offer.clientMaxWindowBits {
        case .absent: clientBits = 15
        case .anyValue: clientBits = policy.clientMaxWindowBits
        case .bits(let bits): clientBits = min(bits, policy.clientMaxWindowBits)
        }
        answer.clientMaxWindowBits = clientBits < 15 ? .bits(clientBits) : .absent

        let parameters = DeflateParameters(
            serverNoContextTakeover: answer.serverNoContextTakeover,
            clientNoContextTakeover: answer.clientNoContextTakeover, serverMaxWindowBits: serverBits,
            clientMaxWindowBits: clientBits)
        return (parameters, extensionName + answer.text)
    }

    /// The client's side: the value of Sec-WebSocket-Extensions to send.
    package static func offer(policy: DeflatePolicy) -> String {
        extensionName + demands(of: policy).text
    }

    private static func demands(of policy: DeflatePolicy) -> DeflateFieldParameters {
        var offer = DeflateFieldParameters()
        offer.serverNoContextTakeover = !policy.serverKeepsContext
        offer.clientNoContextTakeover = !policy.clientKeepsContext
        offer.serverMaxWindowBits = policy.serverMaxWindowBits < 15 ? policy.serverMaxWindowBits : nil
        // §7.1.2.2: even where we have no limit of our own, the server may set one only if we mention the parameter.
        offer.clientMaxWindowBits = policy.clientMaxWindowBits < 15 ? .bits(policy.clientMaxWindowBits) : .anyValue
        return offer
    }

    /// The client's side: what the server's answer to `offer(policy:)` means; nil if it does not compress.
    ///
    /// The answer may give our compressor 8 window bits, which zlib does not have: `Deflater` is nil then, and we send
    /// every message uncompressed, as §6 allows.
    package static func accept(
        response fields: [String], policy: DeflatePolicy
    ) throws(DeflateNegotiationError) -> DeflateParameters? {
        guard let elements = ExtensionList.parse(fields) else { throw .malformed }
        for element in elements where element.name != extensionName {
            throw .extensionNotOffered(element.name)
        }
        guard let element = elements.first else { return nil }
        guard elements.count == 1 else { throw .repeatedExtension }
        let answer = try DeflateFieldParameters(element.parameters, in: .answer)
        let offer = demands(of: policy)

        // §7.1.1.1: a server that takes the offer repeats the demand.
        if offer.serverNoContextTakeover && !answer.serverNoContextTakeover {
            throw .missingParameter(DeflateFieldParameters.serverNoContextTakeoverName)
        }
        // §7.1.2.1: likewise, with the same or a smaller value.
        if let limit = offer.serverMaxWindowBits {
            guard let bits = answer.serverMaxWindowBits else {
                throw .missingParameter(DeflateFieldParameters.serverMaxWindowBitsName)
            }
            if bits > limit { throw .windowAboveOffer(DeflateFieldParameters.serverMaxWindowBitsName) }
        }
        // §7.1.2.2: the same or a smaller value; where the answer is silent, we keep to what we announced.
        var clientBits = policy.clientMaxWindowBits
        if case .bits(let bits) = answer.clientMaxWindowBits {
            if bits > clientBits { throw .windowAboveOffer(DeflateFieldParameters.clientMaxWindowBitsName) }
            clientBits = bits
        }
        return DeflateParameters(
            serverNoContextTakeover: answer.serverNoContextTakeover,
            // §7.1.1.2: having announced it, we do so whether or not the server repeats it.
            clientNoContextTakeover: offer.clientNoContextTakeover || answer.clientNoContextTakeover,
            serverMaxWindowBits: answer.serverMaxWindowBits ?? 15, clientMaxWindowBits: clientBits)
    }
}
