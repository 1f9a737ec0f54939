import Testing

@testable import WebSocket

struct AnswerRow: CustomTestStringConvertible, Sendable {
    var label: String
    var fields: [String]
    var policy = DeflatePolicy()
    /// What follows "permessage-deflate" in the answer; nil where the server does not negotiate.
    var answer: String?
    var parameters: DeflateParameters?

    var testDescription: String { label }
}

/// Both sides may keep their contexts: the answer shows what the offer alone asked for.
private let easyGoing = DeflatePolicy(serverKeepsContext: true, clientKeepsContext: true)

private func easy(
    _ label: String, _ offer: String, _ answer: String?, _ parameters: DeflateParameters? = nil
) -> AnswerRow {
    AnswerRow(label: label, fields: [offer], policy: easyGoing, answer: answer, parameters: parameters)
}

private let answerRows: [AnswerRow] = [
    easy("§7.1: a plain offer", "permessage-deflate", "", DeflateParameters()),
    easy(
        "§7.1.1.1: the server's context is given up on demand", "permessage-deflate; server_no_context_takeover",
        "; server_no_context_takeover", DeflateParameters(serverNoContextTakeover: true)),
    easy(
        "§7.1.1.2: the client's announcement is confirmed", "permessage-deflate; client_no_context_takeover",
        "; client_no_context_takeover", DeflateParameters(clientNoContextTakeover: true)),
    AnswerRow(
        label: "§7.1.1: a thrifty server says both unasked", fields: ["permessage-deflate"],
        answer: "; server_no_context_takeover; client_no_context_takeover",
        parameters: DeflateParameters(serverNoContextTakeover: true, clientNoContextTakeover: true)),
    easy(
        "§7.1.2.1: the server's window is repeated", "permessage-deflate; server_max_window_bits=10",
        "; server_max_window_bits=10", DeflateParameters(serverMaxWindowBits: 10)),
    easy(
        "§7.1.2.1: 15 is repeated, too", "permessage-deflate; server_max_window_bits=15",
        "; server_max_window_bits=15", DeflateParameters()),
    easy("§7.1.2.1: 8, which zlib lacks, is declined", "permessage-deflate; server_max_window_bits=8", nil),
    easy(
        "§5.2: … and the next offer is taken", "permessage-deflate; server_max_window_bits=8, permessage-deflate", "",
        DeflateParameters()),
    AnswerRow(
        label: "§7.1.2.1: a smaller window than asked for", fields: ["permessage-deflate; server_max_window_bits=14"],
        policy: DeflatePolicy(serverKeepsContext: true, clientKeepsContext: true, serverMaxWindowBits: 11),
        answer: "; server_max_window_bits=11", parameters: DeflateParameters(serverMaxWindowBits: 11)),
    AnswerRow(
        label: "§7.1.2.1: a smaller window unasked", fields: ["permessage-deflate"],
        policy: DeflatePolicy(serverKeepsContext: true, clientKeepsContext: true, serverMaxWindowBits: 11),
        answer: "; server_max_window_bits=11", parameters: DeflateParameters(serverMaxWindowBits: 11)),
    easy(
        "§7.1.2.2: the client's window is used", "permessage-deflate; client_max_window_bits=8",
        "; client_max_window_bits=8", DeflateParameters(clientMaxWindowBits: 8)),
    easy(
        "§7.1.2.2: without a value it asks for nothing", "permessage-deflate; client_max_window_bits", "",
        DeflateParameters()),
    AnswerRow(
        label: "§7.1.2.2: the server may limit a client that knows the parameter",
        fields: ["permessage-deflate; client_max_window_bits"],
        policy: DeflatePolicy(serverKeepsContext: true, clientKeepsContext: true, clientMaxWindowBits: 12),
        answer: "; client_max_window_bits=12", parameters: DeflateParameters(clientMaxWindowBits: 12)),
    AnswerRow(
        label: "§7.1.2.2: … and no other", fields: ["permessage-deflate"],
        policy: DeflatePolicy(serverKeepsContext: true, clientKeepsContext: true, clientMaxWindowBits: 12), answer: "",
        parameters: DeflateParameters()),
    AnswerRow(
        label: "§7.1.2.2: the smaller of both limits",
        fields: ["permessage-deflate; client_max_window_bits=14"],
        policy: DeflatePolicy(serverKeepsContext: true, clientKeepsContext: true, clientMaxWindowBits: 12),
        answer: "; client_max_window_bits=12", parameters: DeflateParameters(clientMaxWindowBits: 12)),
    easy(
        "§7.1.3: the RFC's fallback, of which the first suits",
        "permessage-deflate; client_max_window_bits; server_max_window_bits=10, "
            + "permessage-deflate; client_max_window_bits", "; server_max_window_bits=10",
        DeflateParameters(serverMaxWindowBits: 10)),
    AnswerRow(
        label: "§5.2: several header fields are one list, in order",
        fields: ["x-webkit-deflate-frame, permessage-deflate; mux", "permessage-deflate; server_max_window_bits=9"],
        policy: easyGoing, answer: "; server_max_window_bits=9",
        parameters: DeflateParameters(serverMaxWindowBits: 9)),
    easy(
        "all four parameters, as quoted strings and with blanks",
        "permessage-deflate;server_max_window_bits = \"1\\2\";\tclient_max_window_bits=\"9\" ;"
            + "client_no_context_takeover; server_no_context_takeover",
        "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12; "
            + "client_max_window_bits=9",
        DeflateParameters(
            serverNoContextTakeover: true, clientNoContextTakeover: true, serverMaxWindowBits: 12,
            clientMaxWindowBits: 9)),
    easy("RFC 2616 §2.1: empty elements count for nothing", ", ,permessage-deflate, ,", "", DeflateParameters()),
    AnswerRow(label: "no header", fields: []),
    easy("another extension", "permessage-bzip2", nil),
    easy("§7.1: unknown parameter", "permessage-deflate; level=9", nil),
    easy("§7.1: server_no_context_takeover with a value", "permessage-deflate; server_no_context_takeover=1", nil),
    easy("§7.1: client_no_context_takeover with a value", "permessage-deflate; client_no_context_takeover=true", nil),
    easy(
        "§7.1: repeated server_no_context_takeover",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover", nil),
    easy(
        "§7.1: repeated client_no_context_takeover",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover", nil),
    easy(
        "§7.1: repeated server_max_window_bits",
        "permessage-deflate; server_max_window_bits=9; server_max_window_bits=9", nil),
    easy(
        "§7.1: repeated client_max_window_bits",
        "permessage-deflate; client_max_window_bits; client_max_window_bits=9", nil),
    easy("§7.1.2.1: a window without a value", "permessage-deflate; server_max_window_bits", nil),
    easy(
        "six parameters, of which only the sixth is unknown or repeated",
        "permessage-deflate; a; a; a; a; a; server_no_context_takeover", nil),
]

@Test("A server answers an offer by RFC 7692", arguments: answerRows)
func answersAnOffer(row: AnswerRow) {
    let answered = DeflateNegotiation.answer(to: row.fields, policy: row.policy)
    #expect(answered?.field == row.answer.map { "permessage-deflate" + $0 })
    #expect(answered?.parameters == row.parameters)
    #expect(!DeflateNegotiation.isMalformed(row.fields))
}

@Test(
    "A window that is no plain number from 8 to 15 spoils its offer (§7.1.2)",
    arguments: ["7", "16", "0", "08", "015", "+9", "-9", "9x", "0x9", "999999999999999999999999"])
func declinesBadWindows(value: String) {
    for name in ["server_max_window_bits", "client_max_window_bits"] {
        let spoiled = "permessage-deflate; \(name)=\(value)"
        #expect(DeflateNegotiation.answer(to: [spoiled], policy: easyGoing) == nil)
        let answered = DeflateNegotiation.answer(to: ["\(spoiled), permessage-deflate"], policy: easyGoing)
        #expect(answered?.field == "permessage-deflate")
    }
}

@Test(
    "A header that breaks the grammar of RFC 6455 §9.1 is negotiated by nobody",
    arguments: [
        ";", "=", "permessage-deflate;", "permessage-deflate; ;", "permessage-deflate; =9",
        "permessage-deflate; server_max_window_bits=", "permessage-deflate; server_max_window_bits=\"\"",
        "permessage-deflate; server_max_window_bits=\"9", "permessage-deflate; server_max_window_bits=\"9\\\"",
        "permessage-deflate; server_max_window_bits=\"9\\", "permessage-deflate; server_max_window_bits=\"9 \"",
        "permessage-deflate; server_max_window_bits=\"9\"9", "permessage-deflate; server_max_window_bits=9=9",
        "permessage-deflate server_max_window_bits=9", "permessage-deflate, (x)", "permessage-deflate, x\u{0}",
        "permessage-deflate; a=b\r\n", "permessage-déflate", "permessage-deflate; x=\"é\"",
    ])
func refusesMalformedHeaders(field: String) {
    #expect(DeflateNegotiation.isMalformed([field]))
    #expect(DeflateNegotiation.answer(to: ["permessage-deflate", field], policy: easyGoing) == nil)
    #expect(throws: DeflateNegotiationError.malformed) {
        try DeflateNegotiation.accept(response: [field], policy: easyGoing)
    }
}

@Test(
    "A header that names no extension breaks the grammar, but beside one that does it is no harm",
    arguments: ["", " ", ",", "\t, ,"])
func refusesHeadersWithoutElements(field: String) {
    #expect(DeflateNegotiation.isMalformed([field]))
    #expect(DeflateNegotiation.answer(to: [field], policy: easyGoing) == nil)
    #expect(DeflateNegotiation.answer(to: [field, "permessage-deflate"], policy: easyGoing) != nil)
}

@Test("Of a list without end only the named number of elements and parameters is kept")
func boundsTheList() {
    let crowd = Array(repeating: "x; a; b; c; d; e; f; g", count: 10_000).joined(separator: ",")
    let elements = ExtensionList.parse([crowd, crowd, "permessage-deflate"])
    #expect(elements?.count == ExtensionList.maxElements)
    #expect(elements?.allSatisfy { $0.parameters.count == ExtensionList.maxParametersKept } == true)
    #expect(DeflateNegotiation.answer(to: [crowd, "permessage-deflate"], policy: easyGoing) == nil)
    #expect(DeflateNegotiation.isMalformed([String(repeating: ",", count: 100_000)]))
}

@Test("Random headers are answered or not, and an answer is always one that the client side would read")
func readsRandomHeaders() throws {
    let words = [
        "permessage-deflate", "server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits",
        "client_max_window_bits", ";", "; ", ",", "=", "\"", "\\", "8", "9", "12", "15", "16", " ", "\t", "é", "\u{0}",
    ]
    var random = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
        let field = (0..<Int.random(in: 0...12, using: &random))
            .map { _ in words.randomElement(using: &random) ?? "" }.joined()
        if let answered = DeflateNegotiation.answer(to: [field], policy: easyGoing) {
            let read = try DeflateNegotiation.accept(response: [answered.field], policy: easyGoing)
            #expect(read == answered.parameters, "\(field)")
        }
    }
}

struct OfferRow: CustomTestStringConvertible, Sendable {
    var policy: DeflatePolicy
    var offer: String
    var testDescription: String { offer }
}

@Test(
    "A client offers what its policy says, and its own server side takes it",
    arguments: [
        OfferRow(policy: easyGoing, offer: "permessage-deflate; client_max_window_bits"),
        OfferRow(
            policy: DeflatePolicy(),
            offer: "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
                + "client_max_window_bits"),
        OfferRow(
            policy: DeflatePolicy(
                serverKeepsContext: true, clientKeepsContext: true, serverMaxWindowBits: 9, clientMaxWindowBits: 10),
            offer: "permessage-deflate; server_max_window_bits=9; client_max_window_bits=10"),
    ])
func offersByPolicy(row: OfferRow) throws {
    #expect(DeflateNegotiation.offer(policy: row.policy) == row.offer)
    for serverPolicy in [DeflatePolicy(), easyGoing, DeflatePolicy(serverMaxWindowBits: 11, clientMaxWindowBits: 9)] {
        let answered = try #require(DeflateNegotiation.answer(to: [row.offer], policy: serverPolicy))
        let accepted = try DeflateNegotiation.accept(response: [answered.field], policy: row.policy)
        #expect(accepted == answered.parameters)
    }
}

struct AcceptRow: CustomTestStringConvertible, Sendable {
    var label: String
    var fields: [String]
    var policy = easyGoing
    var outcome: Result<DeflateParameters?, DeflateNegotiationError>
    var testDescription: String { label }
}

private let demanding = DeflatePolicy(serverMaxWindowBits: 10, clientMaxWindowBits: 11)
private let demanded = "permessage-deflate; server_no_context_takeover; server_max_window_bits=10"

private let acceptRows: [AcceptRow] = [
    AcceptRow(label: "RFC 6455 §4.1: no header, no compression", fields: [], outcome: .success(nil)),
    AcceptRow(label: "§7.1: plain", fields: ["permessage-deflate"], outcome: .success(DeflateParameters())),
    AcceptRow(
        label: "§7.1: a server may say all four unasked",
        fields: [
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8; "
                + "client_max_window_bits=8"
        ],
        outcome: .success(
            DeflateParameters(
                serverNoContextTakeover: true, clientNoContextTakeover: true, serverMaxWindowBits: 8,
                clientMaxWindowBits: 8))),
    AcceptRow(
        label: "§7.1.1.2, §7.1.2.2: what we announced holds though the answer is silent", fields: [demanded],
        policy: demanding,
        outcome: .success(
            DeflateParameters(
                serverNoContextTakeover: true, clientNoContextTakeover: true, serverMaxWindowBits: 10,
                clientMaxWindowBits: 11))),
    AcceptRow(
        label: "RFC 6455 §4.1: an extension nobody offered", fields: ["permessage-deflate, x"],
        outcome: .failure(.extensionNotOffered("x"))),
    AcceptRow(
        label: "§6: twice", fields: ["permessage-deflate", "permessage-deflate"],
        outcome: .failure(.repeatedExtension)),
    AcceptRow(
        label: "§7.1: unknown parameter", fields: ["permessage-deflate; x"], outcome: .failure(.invalidParameter("x"))),
    AcceptRow(
        label: "§7.1: repeated parameter",
        fields: ["permessage-deflate; server_max_window_bits=9; server_max_window_bits=9"],
        outcome: .failure(.invalidParameter("server_max_window_bits"))),
    AcceptRow(
        label: "§7.1.2.2: in an answer the window has a value", fields: ["permessage-deflate; client_max_window_bits"],
        outcome: .failure(.invalidParameter("client_max_window_bits"))),
    AcceptRow(
        label: "§7.1.1.1: the demand is passed over", fields: ["permessage-deflate; server_max_window_bits=10"],
        policy: demanding, outcome: .failure(.missingParameter("server_no_context_takeover"))),
    AcceptRow(
        label: "§7.1.2.1: the demand is passed over", fields: ["permessage-deflate; server_no_context_takeover"],
        policy: demanding, outcome: .failure(.missingParameter("server_max_window_bits"))),
    AcceptRow(
        label: "§7.1.2.1: larger than demanded",
        fields: ["permessage-deflate; server_no_context_takeover; server_max_window_bits=11"], policy: demanding,
        outcome: .failure(.windowAboveOffer("server_max_window_bits"))),
    AcceptRow(
        label: "§7.1.2.2: larger than offered", fields: [demanded + "; client_max_window_bits=12"], policy: demanding,
        outcome: .failure(.windowAboveOffer("client_max_window_bits"))),
]

@Test("A client holds the server's answer against its offer", arguments: acceptRows)
func acceptsAnAnswer(row: AcceptRow) {
    let outcome = Result { () throws(DeflateNegotiationError) in
        try DeflateNegotiation.accept(response: row.fields, policy: row.policy)
    }
    #expect(outcome == row.outcome)
}
