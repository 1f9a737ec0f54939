/// The content types of what a directory of pages holds, by the ending of a file's name.
enum ContentType {
    /// What is not known is offered as bytes, which no browser runs.
    static func of(fileName: String) -> StaticString {
        guard let dot = fileName.lastIndex(of: ".") else { return "application/octet-stream" }
        return switch fileName[fileName.index(after: dot)...].lowercased() {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "json", "map": "application/json"
        case "webmanifest": "application/manifest+json"
        case "txt": "text/plain; charset=utf-8"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "jpg", "jpeg": "image/jpeg"
        case "gif": "image/gif"
        case "webp": "image/webp"
        case "ico": "image/vnd.microsoft.icon"
        case "woff2": "font/woff2"
        case "mp3": "audio/mpeg"
        case "ogg": "audio/ogg"
        case "wasm": "application/wasm"
        case "pdf": "application/pdf"
        default: "application/octet-stream"
        }
    }
}
