import CCurl

/// Hands mails in at one server, each over a connection of its own: libcurl would try again over another one when a kept
/// one is dead. A call blocks its thread.
package struct SMTPClient: Sendable {
    /// What a server says in all; a reply has a line or two.
    private static let maxReplyBytes = 16 << 10

    private let server: SMTPServer

    package init(_ server: SMTPServer) { self.server = server }

    /// Returns what they said when they took it.
    @discardableResult
    package func send(_ message: MailMessage) throws(SMTPFailure) -> String {
        let bytes = message.bytes
        let transfer = Transfer(maxAnswerBytes: Self.maxReplyBytes, length: Int64(bytes.count))
        var next = 0
        transfer.source = { room in
            let count = min(room.count, bytes.count - next)
            room.copyBytes(from: bytes[next..<next + count])
            next += count
            return count
        }
        let handle = CurlHandle()
        prepare(handle, message, transfer)
        let code = handle.perform()
        let replies = transfer.lines.compactMap(Reply.init)
        let failure = code == CURLE_OK ? nil : Self.failure(code, handle, transfer, replies, message)
        handle.clear()
        if let failure { throw failure }
        return replies.last { $0.code == 250 }?.text ?? ""
    }

    private func prepare(_ handle: CurlHandle, _ message: MailMessage, _ transfer: Transfer) {
        handle.begin("smtp,smtps")
        // The path is the name by which the house greets (RFC 5321 §4.1.1.1).
        handle.set(CURLOPT_URL, "\(server)/\(message.from.domain)")
        handle.set(server.timeouts)
        if let whole = server.timeouts.whole {
            transfer.deadline = ContinuousClock.now + whole
            handle.setDeadline(transfer)
        }
        if let authorities = server.authorities { handle.set(CURLOPT_CAINFO, authorities) }
        if !server.isTLS, !server.allowsPlain { handle.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
        if let credentials = server.credentials {
            handle.set(CURLOPT_USERNAME, credentials.user)
            handle.set(CURLOPT_PASSWORD, credentials.password)
        }
        // The goodbye is said within the transfer, and so within its deadline, not when the handle goes.
        handle.set(CURLOPT_FORBID_REUSE, 1)
        handle.set(CURLOPT_MAIL_FROM, "<\(message.from.address)>")
        handle.set(list: CURLOPT_MAIL_RCPT, ["<\(message.to.address)>"])
        handle.set(transfer, gives: true)
        handle.set(CURLOPT_UPLOAD, 1)
        handle.set(size: CURLOPT_INFILESIZE_LARGE, transfer.length)
    }

    private struct Reply {
        let code: Int
        let text: String

        init?(_ line: String) {
            guard let code = Int(line.prefix(3)), (200...599).contains(code) else { return nil }
            self.code = code
            // Words from outside, for a person to read: one line of bounded length.
            text = String(line[...].trimmed.prefix(200))
        }
    }

    private static func failure(
        _ code: CURLcode, _ handle: CurlHandle, _ transfer: Transfer, _ replies: [Reply], _ message: MailMessage
    ) -> SMTPFailure {
        let words =
            code == CURLE_ABORTED_BY_CALLBACK ? "They did not answer in time." : handle.words(about: code)
        // 221 answers the goodbye that libcurl says when it has failed.
        let last = replies.last { $0.code != 221 }
        // A reply may repeat whom the mail is for, which no reason tells.
        let said = last.map { $0.text.replacing(message.to.address, with: "the address") } ?? ""
        let reply = last?.code
        switch code {
        case CURLE_LOGIN_DENIED, CURLE_USE_SSL_FAILED, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE:
            return SMTPFailure(code: .notLetIn, description: join(words, reply ?? 0 >= 400 ? said : ""), reply: reply)
        default: break
        }
        if let reply, reply >= 400 {
            let isAboutUs = words.hasPrefix("MAIL failed") || [530, 534, 535, 538].contains(reply)
            return SMTPFailure(
                code: isAboutUs ? .notLetIn : .refused, description: said, isPermanent: !isAboutUs && reply >= 500,
                reply: reply)
        }
        let isWhole = transfer.given == transfer.length
        return SMTPFailure(code: isWhole ? .uncertain : .notReached, description: words, reply: reply)
    }

    private static func join(_ words: String, _ said: String) -> String {
        said.isEmpty ? words : "\(words) (they said: \(said))"
    }
}
