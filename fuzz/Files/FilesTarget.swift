import Files
import FuzzSupport

/// A file of any bytes: it is taken or refused. What is kept of it is a file of the same kind, and has nothing more to be
/// taken out.
@main
enum FilesTarget {
    /// A minimal EXIF, an end that was missing, a chunk's head.
    private static let mostAddedBytes = 64

    static func main() {
        fuzz { choices in
            let declared = FileKind.allCases.map { Optional($0.mediaType) } + [nil, nil, nil]
            let said = choices.one(of: declared)
            let bytes = choices.bytes()
            guard let kept = inspected(bytes, said) else { return }
            // Text in UTF-16 is kept in UTF-8, and may then begin like anything.
            guard kept.kind != .txt, kept.kind != .csv else { return }
            expect(kept.content.count <= bytes.count + mostAddedBytes, "it has become longer")
            guard let again = inspected(kept.content, kept.kind.mediaType) else {
                return expect(false, "what was kept of a \(kept.kind) is refused")
            }
            expectEqual(again.kind, kept.kind, "it has become another kind")
            expectEqual(again.content, kept.content, "there was more to be taken out")
            expectEqual(again.pixels, kept.pixels, "it has another size")
        }
    }

    private static func inspected(_ bytes: [UInt8], _ declared: String?) -> InspectedFile? {
        do {
            return try FileInspector.inspect(bytes, declared: declared)
        } catch {
            expect(!error.advice.isEmpty, "a refusal without words")
            return nil
        }
    }
}
