import HTTPClient

extension HTTPFailure {
    /// What became of the letter that was posted.
    var delivery: Delivery {
        let reason = OneLine.of(description, longest: DeliveryReport.maxReasonLength)
        // Their answer had begun, and said yes.
        if let status, (200..<300).contains(status) { return .taken(reference: nil) }
        switch code {
        case .badRequest: return .refused(reason: reason, permanent: true)
        case .notReached, .stopped: return .notReached(reason: reason)
        case .uncertain, .answerTooLong: return .uncertain(reason: reason)
        }
    }
}

extension HTTPResponse {
    /// What a status says that has no words of its own: whether trying again later can help, and whether they may have
    /// taken it all the same.
    func delivery(_ reason: String, isPermanent: Bool) -> Delivery {
        switch status {
        // They, or the settings, are not ready; 404 and the like, because the address is one of the settings.
        case 300..<400, 401, 403, 404, 405, 407, 408, 421, 425, 429, 500, 503:
            .refused(reason: reason, permanent: false)
        // Somebody between has lost the answer.
        case 502, 504: .uncertain(reason: reason)
        case 400..<500: .refused(reason: reason, permanent: isPermanent)
        default: .refused(reason: reason, permanent: false)
        }
    }
}
