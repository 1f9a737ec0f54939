package import CaseMachine
package import HTTPClient

/// Something that has happened, for the organisation's own systems.
package struct WebhookEvent: Sendable, Hashable {
    /// The same one, posted again, has the same id.
    package let id: String
    /// JSON.
    package let body: [UInt8]

    package init(id: String, body: [UInt8]) {
        self.id = id
        self.body = body
    }
}

/// Posts events to organisations' own systems: signed (`WebhookSignature`), to an address that was looked at, nowhere else.
package struct WebhookSender: Sendable {
    /// Nobody reads the answer; it is waited for because its status counts.
    package static let maxAnswerBytes = 64 << 10
    /// Of a host's addresses those that are tried.
    static let mostAddresses = 3

    private let rules: WebhookRules
    private let client: HTTPClient
    private let timeouts: Timeouts
    private let clock: @Sendable () -> Timestamp

    /// The timeouts are short: whoever takes an event writes it down and answers.
    package init(
        _ rules: WebhookRules, client: HTTPClient,
        timeouts: Timeouts = Timeouts(connect: .seconds(5), whole: .seconds(15)),
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.rules = rules
        self.client = client
        self.timeouts = timeouts
        self.clock = clock
    }

    /// With a second `secret` while it is being changed: they may check by either.
    package func send(_ event: WebhookEvent, to text: String, secrets: [Secret]) -> Delivery {
        let address: HTTPAddress
        let places: [String]
        do {
            address = try rules.check(text)
            places = try rules.pin(address)
        } catch {
            // A name that is not found, or is another's today, may be theirs again tomorrow.
            return .refused(reason: error.description, permanent: ![.notFound, .notPublic].contains(error.code))
        }
        var last = Delivery.notReached(reason: "There is no address to connect to.")
        for place in places.prefix(Self.mostAddresses) {
            last = post(event, address, at: place, secrets)
            guard case .notReached = last else { return last }
        }
        return last
    }

    private func post(_ event: WebhookEvent, _ address: HTTPAddress, at place: String, _ secrets: [Secret]) -> Delivery
    {
        let now = clock().milliseconds / 1000
        let signatures = secrets.map { WebhookSignature.header(event.body, secret: $0, secondsSinceEpoch: now) }
        // One time, and a signature for each secret.
        let signature = signatures.enumerated().map { index, one in
            index == 0 ? one : one.split(separator: ",").dropFirst().joined(separator: ",")
        }.joined(separator: ",")
        var request = HTTPRequest(
            .post, address,
            fields: [
                HTTPField("Content-Type", "application/json"), HTTPField(WebhookSignature.field, signature),
                HTTPField("Foyer-Event", event.id),
            ], body: event.body, timeouts: timeouts)
        request.maxAnswerBytes = Self.maxAnswerBytes
        request.pinnedAddress = place
        do {
            let response = try client.send(request)
            if response.isSuccess { return .taken(reference: nil) }
            let reason = "They answered with status \(response.status)."
            // 410: they want no more (RFC 9110 §15.5.11). Whatever else they say, they may have mended it by the next time.
            return .refused(reason: reason, permanent: response.status == 410)
        } catch {
            return error.delivery
        }
    }
}
