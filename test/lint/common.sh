# Shared by the lints of coroutines. To be sourced.

# Statements that GCC 12 miscompiles: they hold a co_await together with a braced aggregate, an
# initializer list, a lambda that captures by value, or a conditional of class type. The temporary
# is destroyed twice. Narrower queries miss forms that crash; these refuse a few that are harmless.
#
# And coroutines without a local variable, where a condition awaits and declares nothing: their frame
# is laid out wrongly.
#
# print_query PATTERN: the query over the files whose path matches the regular expression.
print_query() {
    local awaits="exprWithCleanups(isExpansionInFileMatching(\"$1\"), hasDescendant(coawaitExpr())"
    local condition='hasCondition(expr(hasDescendant(coawaitExpr())))'
    cat <<TEXT
set output diag
set bind-root false
match $awaits, hasDescendant(initListExpr(unless(hasType(isAnyPointer()))).bind("braces")))
match $awaits, hasDescendant(cxxStdInitializerListExpr().bind("initializer list")))
match $awaits, hasDescendant(lambdaExpr(hasAnyCapture(lambdaCapture(capturesVar(varDecl())))).bind("capturing lambda")))
match $awaits, hasDescendant(conditionalOperator(hasType(hasUnqualifiedDesugaredType(recordType()))).bind("conditional of class type")))
match functionDecl(isExpansionInFileMatching("$1"), hasBody(coroutineBodyStmt()), forEachDescendant(stmt(anyOf(ifStmt($condition), whileStmt($condition), doStmt($condition), forStmt($condition), switchStmt($condition))).bind("condition without a local variable")), unless(hasDescendant(varDecl(unless(parmVarDecl()), unless(isImplicit()), unless(matchesName("__promise"))))))
TEXT
}

# The newest clang-query; the test is skipped where there is none.
find_clang_query() {
    local found
    found=$(compgen -c clang-query | sort -V | tail -n 1)
    [[ -n $found ]] || {
        echo 'skipped: there is no clang-query'
        exit 77
    }
    printf '%s\n' "$found"
}
