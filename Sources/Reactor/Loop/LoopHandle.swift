package import WebSocket

/// A message on its way to the subscribers of another loop.
struct PublishedMessage: Sendable {
    let kind: MessageKind
    let bytes: [UInt8]
}

/// What other threads may ask of a loop.
enum LoopMail: Sendable {
    case run(@Sendable (EventLoop) -> Void)
    case publish(topic: String, PublishedMessage)
    case respond(RequestID, Response)
    case resumeBody(RequestID)
    case reload([(index: Int, context: TLSContext)])
    case stopAccepting
    case stop(limit: Duration)
}

/// A loop as other threads see it: where mail for it goes.
package final class LoopHandle: Sendable {
    /// Which of its group's loops it is.
    package let index: Int
    let mailbox: Mailbox<LoopMail>

    init(index: Int, limits: LoopLimits) throws(ReactorError) {
        self.index = index
        mailbox = try Mailbox(capacity: limits.mailboxCapacity, maxBytes: limits.mailboxBytes)
    }

    /// Runs `body` on the loop's thread; `false` when its mailbox is full or the loop has ended. What is urgent is taken
    /// also when it is full: it has to be bounded by what it answers.
    @discardableResult
    package func run(urgent: Bool = false, _ body: @escaping @Sendable (EventLoop) -> Void) -> Bool {
        mailbox.post(.run(body), urgent: urgent) == .accepted
    }

    /// Publishes to the loop's own subscribers; `false` when its mailbox is full or the loop has ended.
    @discardableResult
    package func publish(_ kind: MessageKind, _ bytes: [UInt8], toTopicNamed topic: String) -> Bool {
        let mail = LoopMail.publish(topic: topic, PublishedMessage(kind: kind, bytes: bytes))
        return mailbox.post(mail, byteCount: bytes.count) == .accepted
    }

    /// Answers a request. An answer to one that has ended is dropped.
    package func respond(_ request: RequestID, _ response: Response) {
        _ = mailbox.post(.respond(request, response), urgent: true)
    }

    /// Goes on with a body whose receiver asked for a pause.
    package func resumeBody(_ request: RequestID) {
        _ = mailbox.post(.resumeBody(request), urgent: true)
    }
}
