import CaseMachine
package import HTTPClient

/// E-mail, handed in at one server.
package struct SMTPMail: Transport {
    private let client: SMTPClient
    private let sender: MailAddress

    package init(_ server: SMTPServer, from sender: MailAddress) {
        client = SMTPClient(server)
        self.sender = sender
    }

    /// The mail's Message-ID follows from `key`: a mailbox that gets the same one twice shows it once, if it is of the better
    /// ones. The protocol itself has nothing against doubles (RFC 5321 §4.1.1.4).
    package func send(_ letter: Letter, key: String) -> Delivery {
        guard letter.channel == .email, let recipient = MailAddress(letter.to) else {
            return .refused(reason: "This is no e-mail address.", permanent: true)
        }
        let message = MailMessage(
            from: sender, to: recipient, subject: letter.subject, text: letter.text,
            id: Digests.hex(Array(Digests.sha256(Array(key.utf8)).prefix(16))),
            // A negative moment is before there was mail.
            secondsSinceEpoch: max(0, letter.at.milliseconds) / 1000)
        guard let message else { return .refused(reason: "The mail is too long.", permanent: true) }
        do {
            let said = try client.send(message)
            return .taken(reference: said.isEmpty ? nil : OneLine.of(said, longest: DeliveryReport.maxReferenceBytes))
        } catch {
            let reason = OneLine.of(error.description, longest: DeliveryReport.maxReasonLength)
            switch error.code {
            case .notReached: return .notReached(reason: reason)
            case .notLetIn: return .refused(reason: reason, permanent: false)
            case .refused: return .refused(reason: reason, permanent: error.isPermanent)
            case .uncertain: return .uncertain(reason: reason)
            }
        }
    }
}
