// usage: fuzz_NAME CORPUS [MUTATIONS]
//
// Stands in for libFuzzer where a compiler has none: gives each file of the folder CORPUS to the
// fuzzer, and MUTATIONS changed forms of each (200 where nothing is said), the same in every run.

#include "fuzz.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>

namespace {

using bytes = std::string;

std::vector<bytes> read_all(std::filesystem::path const& folder)
{
    std::vector<std::filesystem::path> files;
    for (auto const& entry : std::filesystem::directory_iterator(folder))
        files.push_back(entry.path());
    std::sort(files.begin(), files.end()); // else the mutations would differ between machines
    std::vector<bytes> all;
    for (auto const& file : files) {
        std::ifstream in(file, std::ios::binary);
        all.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return all;
}

class mutator
{
public:
    explicit mutator(std::vector<bytes> const& corpus) : corpus_(corpus) {}

    bytes change(bytes text)
    {
        for (auto times = 1 + below(4); times != 0; --times)
            change_once(text);
        return text;
    }

private:
    std::size_t below(std::size_t bound)
    {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
    }

    void change_once(bytes& text)
    {
        auto const at = below(text.size() + 1);
        auto const size = std::min(text.size() - at, 1 + below(16));
        auto const& other = corpus_[below(corpus_.size())];
        switch (below(6)) {
        case 0: // another byte
            if (at < text.size())
                text[at] = static_cast<char>(below(256));
            break;
        case 1: // another bit
            if (at < text.size())
                text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
            break;
        case 2:
            text.erase(at, size);
            break;
        case 3:
            text.insert(at, bytes(text, at, size));
            break;
        case 4: // a piece of another input
            if (!other.empty())
                text.insert(at, bytes(other, below(other.size()), 1 + below(32)));
            break;
        default:
            text.insert(at, 1, "\r\n:{}[]\",\\0 -e\xF0\x80"[below(16)]);
        }
    }

    std::vector<bytes> const& corpus_;
    std::mt19937 random_{1};
};

bytes const* running = nullptr;

/// Says which input it was.
void on_abort(int)
{
    std::fputs("the input, in hexadecimal: ", stderr);
    for (auto const c : *running)
        std::fprintf(stderr, "%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    std::fputc('\n', stderr);
}

void run(bytes const& text)
{
    running = &text;
    // Of its own size, so that a sanitizer sees who reads beyond it.
    std::vector<std::uint8_t> const exact(text.begin(), text.end());
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        std::cerr << "usage: " << argv[0] << " CORPUS [MUTATIONS]\n";
        return 2;
    }
    std::signal(SIGABRT, &on_abort);
    auto const corpus = read_all(argv[1]);
    auto const mutations = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 200;
    std::size_t ran = 0;
    mutator changes(corpus);
    for (auto const& text : corpus) {
        run(text);
        for (unsigned long i = 0; i != mutations; ++i, ++ran)
            run(changes.change(text));
        ++ran;
    }
    std::cout << ran << " inputs, " << corpus.size() << " of them from the corpus\n";
    return ran == 0 ? 1 : 0; // a corpus that is not there proves nothing
}
