/// What the conditions of a request mean for its answer (RFC 9110 §13).
package enum Precondition: Sendable, Equatable {
    /// Answer as if there were no condition.
    case holds
    /// 304: the client has it already.
    case notModified
    /// 412
    case failed

    /// Judges a request for a resource that exists, in the order of §13.2.2. A malformed date counts as absent
    /// (§13.1.3, §13.1.4); a malformed list of tags matches nothing.
    package static func evaluate(
        _ head: RequestHead, entityTag: EntityTag?, lastModified: HTTPDate?, now: HTTPDate
    ) -> Precondition {
        let fields = head.fields
        let reads = head.method == .get || head.method == .head
        if fields.contains("if-match") {
            guard matches(fields.values(of: "if-match"), { tag in entityTag?.isSame(as: tag) == true }) else {
                return .failed
            }
        } else if let limit = date("if-unmodified-since", fields, now), let lastModified, lastModified > limit {
            return .failed
        }
        if fields.contains("if-none-match") {
            let has = matches(fields.values(of: "if-none-match")) { tag in entityTag?.isEquivalent(to: tag) == true }
            return has ? (reads ? .notModified : .failed) : .holds
        }
        if reads, let since = date("if-modified-since", fields, now), let lastModified, lastModified <= since {
            return .notModified
        }
        return .holds
    }

    private static func matches(_ values: [String], _ isMatch: (EntityTag) -> Bool) -> Bool {
        switch EntityTagList(parsing: values.joined(separator: ",")) {
        case .any: true
        case .tags(let tags): tags.contains(where: isMatch)
        case nil: false
        }
    }

    private static func date(_ name: StaticString, _ fields: HeadFields, _ now: HTTPDate) -> HTTPDate? {
        guard fields.count(of: name) == 1, let text = fields.first(name) else { return nil }
        return HTTPDate(parsing: text, now: now)
    }
}
