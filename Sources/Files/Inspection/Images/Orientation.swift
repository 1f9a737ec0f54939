/// Which way a photo was held: the one thing of EXIF that is kept, because without it half of a phone's photos lie on their
/// side. Place, time, device, thumbnail and the maker's notes go.
struct Orientation: Hashable {
    /// 1 to 8; 1 needs no word.
    let value: UInt8

    static let upright = Orientation(value: 1)

    private init(value: UInt8) { self.value = value }

    /// From a TIFF structure (EXIF 2.32 §4.5), as it stands in JPEG behind `Exif\0\0`, in WebP and PNG by itself.
    init(tiff: ArraySlice<UInt8>) {
        let reader = ByteReader(bytes: Array(tiff))
        self = Self.read(reader) ?? .upright
    }

    private static func read(_ reader: ByteReader) -> Orientation? {
        let isLittle = reader.has("II", at: 0)
        guard isLittle || reader.has("MM", at: 0) else { return nil }
        func number(_ start: Int, _ count: Int) -> Int? {
            isLittle ? reader.little(start, count) : reader.big(start, count)
        }
        guard number(2, 2) == 42, let directory = number(4, 4), let entries = number(directory, 2) else { return nil }
        for index in 0..<min(entries, 200) {
            // Cannot overflow: a number of four bytes and a small one.
            let entry = directory + 2 + 12 * index
            guard let tag = number(entry, 2) else { return nil }
            guard tag == 0x0112 else { continue }
            guard number(entry + 2, 2) == 3, let value = number(entry + 8, 2), (1...8).contains(value) else {
                return nil
            }
            return Orientation(value: UInt8(value))
        }
        return nil
    }

    /// A TIFF structure that says this and nothing else.
    var tiff: [UInt8] {
        Array("MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0]
    }
}
