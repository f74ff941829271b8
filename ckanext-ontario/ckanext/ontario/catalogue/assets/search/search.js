/* On a narrow screen the filters start closed, so that results come first. Without this script
   they stay open and everything works. */
(function () {
  "use strict";

  var filters = document.querySelector(".ontario-filters");
  if (filters && window.matchMedia("(max-width: 767px)").matches) {
    filters.open = false;
  }
})();
