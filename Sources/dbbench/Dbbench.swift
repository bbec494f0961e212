@main struct Dbbench { static func main() {} }
