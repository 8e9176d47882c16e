#ifndef HICAP_TEST_SUPPORT_FAULT_MATRIX_HPP
#define HICAP_TEST_SUPPORT_FAULT_MATRIX_HPP

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <iomanip>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hicap::test {

/// Counts what came of each fault at each cut, and prints it as a table: a line for each fault, a
/// column for each operation.
class fault_matrix
{
public:
    /// The one that the program prints when it ends.
    static fault_matrix& of_program()
    {
        static fault_matrix only;
        return only;
    }

    /// Counts an outcome, and reports it where it must not be: then `wrong` says why.
    void count(
        std::string_view fault,
        bool streams,
        std::string const& outcome,
        std::string_view place,
        std::string const& wrong
    )
    {
        auto& counts = row_of(fault).cells[streams ? 1 : 0].counts;
        ++counts[outcome];
        ++cuts_;
        BOOST_TEST(wrong.empty(), fault << ", " << place << ": " << outcome << ": " << wrong);
        if (wrong.empty())
            return;
        ++holes_;
        ++counts["HOLE"];
    }

    [[nodiscard]] std::size_t holes() const noexcept { return holes_; }

    void print(std::ostream& out) const
    {
        std::size_t name = 0;
        std::size_t create = 0;
        for (auto const& one : rows_) {
            name = std::max(name, one.fault.size());
            create = std::max(create, text_of(one.cells[0]).size());
        }
        auto const column = [&out](std::string const& text, std::size_t width) {
            out << std::left << std::setw(static_cast<int>(width) + 2) << text;
        };
        out << '\n';
        column("", name);
        column("create", create);
        out << "stream\n";
        for (auto const& one : rows_) {
            column(one.fault, name);
            column(text_of(one.cells[0]), create);
            out << text_of(one.cells[1]) << '\n';
        }
        out << "\nfault matrix: " << rows_.size() << " faults, " << cuts_ << " cuts, " << holes_
            << " holes" << std::endl;
    }

private:
    struct cell
    {
        std::map<std::string, std::size_t> counts;
    };

    struct row
    {
        std::string fault;
        cell cells[2];
    };

    row& row_of(std::string_view fault)
    {
        auto const known = std::find_if(rows_.begin(), rows_.end(), [fault](row const& one) {
            return one.fault == fault;
        });
        if (known != rows_.end())
            return *known;
        rows_.emplace_back().fault = fault;
        return rows_.back();
    }

    static std::string text_of(cell const& of)
    {
        // Bytes that are turned can do anything: what is rare is not told apart.
        constexpr std::size_t most = 4;
        std::vector<std::pair<std::size_t, std::string>> sorted;
        for (auto const& [what, count] : of.counts)
            sorted.emplace_back(count, what);
        std::sort(sorted.rbegin(), sorted.rend());
        std::string out;
        std::size_t others = 0;
        for (std::size_t i = 0; i != sorted.size(); ++i) {
            auto const& [count, what] = sorted[i];
            if (i >= most && what != "HOLE") {
                others += count;
                continue;
            }
            out += (out.empty() ? "" : ", ") + std::to_string(count) + ' ' + what;
        }
        if (others != 0)
            out += ", " + std::to_string(others) + " other errors";
        return out.empty() ? "-" : out;
    }

    std::vector<row> rows_;
    std::size_t cuts_ = 0;
    std::size_t holes_ = 0;
};

} // namespace hicap::test

#endif
