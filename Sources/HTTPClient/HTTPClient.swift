import CCurl
import Synchronization

/// HTTP/1.1 by libcurl, for what the house asks of others: it sends SMS, keeps files, calls an organisation's own systems.
///
/// A call blocks its thread until there is an answer or a failure, so it belongs on a thread of a pool. Certificates are
/// always checked; nothing is redirected, proxied or decompressed; cookies are not kept. What may be sent twice without
/// harm goes over connections that are kept; what may not, over one of its own: libcurl sends a request again when a kept
/// connection turns out to be dead, and cannot know whether the first one was taken.
package final class HTTPClient: Sendable {
    /// Handles that wait with their connections: more at once than threads that use one client would keep sockets for
    /// nobody.
    private static let maxIdleHandles = 4

    /// A file of certificates (PEM) to trust instead of the system's.
    private let authorities: String?
    private let idle = Mutex<[CurlHandle]>([])

    package init(authorities: String? = nil) { self.authorities = authorities }

    package func send(_ request: HTTPRequest) throws(HTTPFailure) -> HTTPResponse {
        try perform(request, Transfer(maxAnswerBytes: request.maxAnswerBytes), isStreamed: false).get()
    }

    /// The body comes from `source`, which fills (a part of) the room that it is given and says how many bytes it has
    /// written: `length` in all, and at least one at a time.
    package func send(
        _ request: HTTPRequest, length: Int64, from source: (UnsafeMutableRawBufferPointer) throws -> Int
    ) throws(HTTPFailure) -> HTTPResponse {
        guard length >= 0 else { throw HTTPFailure(.badRequest, "A body of \(length) bytes.") }
        let result = withoutActuallyEscaping(source) { source in
            let transfer = Transfer(maxAnswerBytes: request.maxAnswerBytes, length: length)
            transfer.source = source
            defer { transfer.source = nil }
            return perform(request, transfer, isStreamed: true)
        }
        return try result.get()
    }

    /// The body of an answer of 200 to 299 goes piece by piece into `sink`, of whatever length; that of another answer is
    /// kept, bounded.
    package func send(
        _ request: HTTPRequest, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws(HTTPFailure) -> HTTPResponse {
        let result = withoutActuallyEscaping(sink) { sink in
            let transfer = Transfer(maxAnswerBytes: request.maxAnswerBytes)
            transfer.sink = sink
            defer { transfer.sink = nil }
            return perform(request, transfer, isStreamed: false)
        }
        return try result.get()
    }

    // MARK: - One transfer

    private func perform(
        _ request: HTTPRequest, _ transfer: Transfer, isStreamed: Bool
    ) -> Result<HTTPResponse, HTTPFailure> {
        if let bad = request.fields.first(where: { !$0.isSound }) {
            return .failure(HTTPFailure(.badRequest, "The header field '\(bad.name.prefix(80))' cannot be sent."))
        }
        // A pinned connection must not serve the next request for the same name.
        let isKept = request.pinnedAddress == nil
        let handle = (isKept ? idle.withLock { $0.popLast() } : nil) ?? CurlHandle()
        prepare(handle, request, transfer, isStreamed: isStreamed)
        let code = handle.perform()
        defer {
            // Not later: it points to the transfer.
            handle.clear()
            if isKept { keep(handle) }
        }
        guard code == CURLE_OK else { return .failure(failure(code, handle, transfer, isStreamed: isStreamed)) }
        return .success(HTTPResponse(status: handle.status, fields: transfer.fields, body: transfer.body))
    }

    private func keep(_ handle: CurlHandle) {
        idle.withLock { idle in
            if idle.count < Self.maxIdleHandles { idle.append(handle) }
        }
    }

    private func prepare(_ handle: CurlHandle, _ request: HTTPRequest, _ transfer: Transfer, isStreamed: Bool) {
        handle.begin("http,https")
        handle.set(CURLOPT_URL, request.address.text)
        handle.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        handle.set(request.timeouts)
        if let authorities { handle.set(CURLOPT_CAINFO, authorities) }
        handle.set(transfer, gives: isStreamed)
        body(handle, request, transfer, isStreamed: isStreamed)
        if !request.has("user-agent") { handle.set(CURLOPT_USERAGENT, "Foyer") }
        handle.set(list: CURLOPT_HTTPHEADER, lines(request, isStreamed: isStreamed))
        if request.method == .post || isStreamed { handle.set(CURLOPT_FRESH_CONNECT, 1) }
        if let pinned = request.pinnedAddress {
            handle.set(list: CURLOPT_CONNECT_TO, ["::\(pinned.contains(":") ? "[\(pinned)]" : pinned):"])
            handle.set(CURLOPT_FORBID_REUSE, 1)
        }
        switch request.credentials {
        case nil: break
        case .basic(let user, let password):
            handle.set(CURLOPT_USERNAME, user)
            handle.set(CURLOPT_PASSWORD, password)
        case .aws(let accessKey, let secretKey, let region, let service):
            handle.set(CURLOPT_AWS_SIGV4, "aws:amz:\(region):\(service)")
            handle.set(CURLOPT_USERNAME, accessKey)
            handle.set(CURLOPT_PASSWORD, secretKey)
        }
    }

    private func lines(_ request: HTTPRequest, isStreamed: Bool) -> [String] {
        let hasType = request.has("content-type")
        if case .aws = request.credentials {
            // No line here may take a field away that libcurl adds: 7.88 signs it as if it were sent.
            var lines = request.fields.map(\.line)
            if !hasType, isStreamed || request.body != nil { lines.append("Content-Type: application/octet-stream") }
            // It would sign the hash of nothing.
            if isStreamed, !request.has("x-amz-content-sha256") {
                lines.append("x-amz-content-sha256: UNSIGNED-PAYLOAD")
            }
            return lines
        }
        // libcurl would wait for their leave before a long body, and calls a body a form.
        return request.fields.map(\.line) + ["Expect:"] + (hasType ? [] : ["Content-Type:"])
    }

    private func body(_ handle: CurlHandle, _ request: HTTPRequest, _ transfer: Transfer, isStreamed: Bool) {
        if isStreamed {
            // As a PUT, whatever the method is called: libcurl then asks for the body piece by piece.
            handle.set(CURLOPT_UPLOAD, 1)
            handle.set(size: CURLOPT_INFILESIZE_LARGE, transfer.length)
        } else if let body = request.body {
            handle.set(body: body)
        } else {
            switch request.method {
            case .get, .delete: handle.set(CURLOPT_HTTPGET, 1)
            case .head: handle.set(CURLOPT_NOBODY, 1)
            case .post, .put: handle.set(body: [])  // with a Content-Length of 0
            }
        }
        // With a body of no bytes HEAD would wait for one.
        if request.method != .head { handle.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue) }
    }

    private func failure(
        _ code: CURLcode, _ handle: CurlHandle, _ transfer: Transfer, isStreamed: Bool
    ) -> HTTPFailure {
        let status = handle.status > 0 ? handle.status : nil
        switch transfer.stop {
        case .headTooLong:
            return HTTPFailure(.answerTooLong, "Their answer's head is too long.", status: status)
        case .bodyTooLong:
            return HTTPFailure(.answerTooLong, "Their answer is too long.", status: status)
        case .sourceTooShort:
            return HTTPFailure(.stopped, "The body ended before its length.", status: status)
        case .thrown(let cause):
            return HTTPFailure(.stopped, "\(cause)", status: status, cause: cause)
        case nil: break
        }
        let words = handle.words(about: code)
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT:
            return HTTPFailure(.badRequest, words)
        default:
            // Without the last byte of what was announced nobody acts on it.
            let isWhole = handle.requestBytes > 0 && (!isStreamed || transfer.given == transfer.length)
            return HTTPFailure(isWhole || status != nil ? .uncertain : .notReached, words, status: status)
        }
    }
}
