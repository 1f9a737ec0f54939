/// The path of a route: literal segments, `:name` for one segment, and `*name` at the end for all that is left.
struct RoutePattern: Sendable, Equatable {
    private enum Segment: Sendable, Equatable {
        case literal(String)
        case parameter(String)
        case rest(String)
    }

    private let segments: [Segment]
    /// As it is written in the table; goes into logs, where a path with what people put into it must not.
    let text: String

    /// A wrong pattern is our own mistake and found when the table is made, at the program's start.
    init(_ text: String) {
        precondition(text.hasPrefix("/"), "the route \(text) does not begin with a slash")
        self.text = text
        segments = Self.split(text).map { segment in
            switch segment.first {
            case ":": .parameter(String(segment.dropFirst()))
            case "*": .rest(String(segment.dropFirst()))
            default: .literal(String(segment))
            }
        }
        let names = segments.compactMap { segment -> String? in
            switch segment {
            case .literal: nil
            case .parameter(let name), .rest(let name): name
            }
        }
        precondition(Set(names).count == names.count, "the route \(text) uses a name twice")
        for case .rest in segments.dropLast() { preconditionFailure("\(text) goes on behind its rest") }
    }

    /// The segments behind the first slash. No path has an escaped slash in it: the head's parser refuses those.
    static func split(_ path: String) -> [Substring] {
        path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    }

    /// The parameters, or nil when the path is another one. A parameter is never empty; a rest may be.
    func match(_ path: [Substring]) -> [String: String]? {
        var parameters: [String: String] = [:]
        for (index, segment) in segments.enumerated() {
            guard index < path.count else { return nil }
            switch segment {
            case .literal(let text):
                guard path[index] == text else { return nil }
            case .parameter(let name):
                guard !path[index].isEmpty else { return nil }
                parameters[name] = String(path[index])
            case .rest(let name):
                parameters[name] = path[index...].joined(separator: "/")
                return parameters
            }
        }
        return path.count == segments.count ? parameters : nil
    }
}
