// Errors are values: every room has one error enum, registered as an error category, and returns
// result<T>.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace varde::base {

using error_code = boost::system::error_code;

template <class T>
using result = boost::system::result<T>;

}  // namespace varde::base
