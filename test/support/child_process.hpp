#ifndef HICAP_TEST_SUPPORT_CHILD_PROCESS_HPP
#define HICAP_TEST_SUPPORT_CHILD_PROCESS_HPP

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace hicap::test {

/// A program that runs beside the test, with one of its outputs at the end of a pipe. It is killed
/// when this ends, and on Linux also when the test itself is killed.
class child_process
{
public:
    /// `command` begins with the path of the program; `output` is STDOUT_FILENO or STDERR_FILENO.
    child_process(std::vector<std::string> command, int output)
    {
        int ends[2] = {};
        if (::pipe(ends) != 0)
            throw std::runtime_error("no pipe");
        std::vector<char*> arguments;
        for (auto& argument : command)
            arguments.push_back(argument.data());
        arguments.push_back(nullptr);
        id_ = ::fork();
        if (id_ == 0) {
#ifdef __linux__
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
            ::dup2(ends[1], output);
            // A socket of the test that the program holds as well would stay open with it.
            constexpr int most_descriptors = 1024;
            for (int fd = STDERR_FILENO + 1; fd != most_descriptors; ++fd)
                ::close(fd);
            ::execv(arguments.front(), arguments.data());
            ::_exit(127);
        }
        ::close(ends[1]);
        output_ = ::fdopen(ends[0], "r");
    }

    child_process(child_process const&) = delete;
    child_process& operator=(child_process const&) = delete;

    ~child_process()
    {
        std::fclose(output_);
        if (id_ > 0)
            (void)finish(SIGKILL);
    }

    /// The next line without its end, or what there is when the output ends.
    std::string read_line()
    {
        std::string line;
        for (auto c = std::fgetc(output_); c != EOF && c != '\n'; c = std::fgetc(output_))
            line += static_cast<char>(c);
        return line;
    }

    /// Reads lines up to the first that holds `text`. Without one it throws what there was.
    void wait_for(std::string const& text)
    {
        std::string all;
        while (std::feof(output_) == 0) {
            auto const line = read_line();
            if (line.find(text) != std::string::npos)
                return;
            all += line + '\n';
        }
        throw std::runtime_error("the output ended without \"" + text + "\":\n" + all);
    }

    /// What is left of the output, once it ends.
    std::string read_rest()
    {
        std::string all;
        for (auto c = std::fgetc(output_); c != EOF; c = std::fgetc(output_))
            all += static_cast<char>(c);
        return all;
    }

    /// Stops it where it is. It can still be ended, by SIGKILL.
    void freeze()
    {
        ::kill(id_, SIGSTOP);
        int status = 0;
        ::waitpid(id_, &status, WUNTRACED);
    }

    /// The exit status, after the signal if it is none of 0; -1 where a signal ended the program.
    int finish(int signal = 0)
    {
        if (signal != 0)
            ::kill(id_, signal);
        int status = 0;
        ::waitpid(id_, &status, 0);
        id_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    pid_t id_ = 0;
    std::FILE* output_ = nullptr;
};

} // namespace hicap::test

#endif
