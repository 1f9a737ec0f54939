import CCurl

struct HTTPAnswer: Sendable {
    let status: UInt16
    let body: [UInt8]
    /// Name and value of the first cookie that is set.
    let cookie: String?
}

/// Why there is no answer, or not the wanted one.
struct HouseError: Error, Sendable, CustomStringConvertible {
    let description: String
    /// Of the HTTP answer; nil when there was none.
    var status: UInt16?
    /// After which the node wants to be asked again: a time of one's own.
    var retryAfterSeconds: Double?

    init(_ description: String, status: UInt16? = nil, retryAfterSeconds: Double? = nil) {
        self.description = description
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
    }
}

/// HTTP/1.1 over one connection that is kept alive, by libcurl, which blocks its thread: signing in is done before anything
/// is measured, and tickets are fetched on threads of their own. Where one that was kept alive has ended meanwhile libcurl
/// makes another.
struct HTTPConnection: ~Copyable {
    private let house: HouseAddress
    private let handle: UnsafeMutableRawPointer?
    private let incoming = Incoming()

    private static let timeoutMilliseconds = 10_000
    private static let maxAnswerBytes = 16 << 20

    /// What libcurl hands over of an answer.
    private final class Incoming {
        var body: [UInt8] = []
        var cookie: String?

        func forget() {
            body = []
            cookie = nil
        }

        /// Status line and fields, each with its line's end.
        func take(headerLine: String) {
            let name = "set-cookie:"
            guard cookie == nil, headerLine.prefix(name.count).lowercased() == name else { return }
            cookie = headerLine.dropFirst(name.count).split(separator: ";").first
                .map { $0.trimmingPrefix(while: \.isWhitespace) }.map(String.init)
        }
    }

    init(_ house: HouseAddress) {
        self.house = house
        handle = curl_easy_init()
        guard let handle else { return }
        _ = ccurl_set_number(handle, CURLOPT_NOSIGNAL, 1)
        _ = ccurl_set_number(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        _ = ccurl_set_number(handle, CURLOPT_TIMEOUT_MS, Self.timeoutMilliseconds)
        // Nobody stands between a load and what it loads, whatever the environment says.
        _ = ccurl_set_text(handle, CURLOPT_PROXY, "")
        if let authorities = house.authorities { _ = ccurl_set_text(handle, CURLOPT_CAINFO, authorities) }
        _ = ccurl_set_receivers(
            handle,
            { bytes, size, count, context in
                guard let bytes, let context else { return 0 }
                let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
                Unmanaged<Incoming>.fromOpaque(context).takeUnretainedValue()
                    .take(headerLine: String(decoding: line, as: UTF8.self))
                return size * count
            },
            { bytes, size, count, context in
                guard let bytes, let context else { return 0 }
                let incoming = Unmanaged<Incoming>.fromOpaque(context).takeUnretainedValue()
                guard incoming.body.count + size * count <= HTTPConnection.maxAnswerBytes else { return 0 }
                incoming.body += UnsafeRawBufferPointer(start: bytes, count: size * count)
                return size * count
            }, Unmanaged.passUnretained(incoming).toOpaque())
    }

    deinit { curl_easy_cleanup(handle) }

    /// From now on requests come from this loopback address: a house that counts by address sees several clients.
    mutating func come(from address: String) { _ = ccurl_set_text(handle, CURLOPT_INTERFACE, "host!\(address)") }

    mutating func request(
        _ method: String, _ path: String, body: [UInt8]? = nil, cookie: String? = nil
    ) throws(HouseError) -> HTTPAnswer {
        // "Expect:" would wait for the node's leave before each form.
        var fields = curl_slist_append(nil, "Expect:")
        fields = curl_slist_append(fields, "Content-Type: application/json")
        defer { curl_slist_free_all(fields) }
        incoming.forget()
        let options = [
            ccurl_set_text(handle, CURLOPT_URL, "\(house.url)\(path)"),
            ccurl_set_list(handle, CURLOPT_HTTPHEADER, fields),
            ccurl_set_text(handle, CURLOPT_COOKIE, cookie),
            body.map { ccurl_set_body(handle, $0, $0.count) } ?? ccurl_set_number(handle, CURLOPT_HTTPGET, 1),
            ccurl_set_text(handle, CURLOPT_CUSTOMREQUEST, method),
        ]
        if let wrong = options.first(where: { $0 != CURLE_OK }) { throw failure(wrong) }
        let result = curl_easy_perform(handle)
        guard result == CURLE_OK else { throw failure(result) }
        let status = UInt16(clamping: ccurl_status(handle))
        return HTTPAnswer(status: status, body: incoming.body, cookie: incoming.cookie)
    }

    private func failure(_ code: CURLcode) -> HouseError {
        HouseError("\(house.url): \(String(cString: curl_easy_strerror(code)))")
    }
}
