/** Archives exams or brings them back, and offers the way back for five seconds. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { changeExam, type Exam, examKeys } from "@/exams/queries";
import { count, t } from "@/text/text";
import { describe } from "@/ui/Notice";
import { useToast } from "@/ui/Toasts";

export function useArchive() {
  const client = useQueryClient();
  const toast = useToast();
  const archive = useMutation({
    mutationFn: ({ exams, archived }: { exams: Pick<Exam, "exam_id">[]; archived: boolean }) =>
      Promise.all(exams.map(({ exam_id }) => changeExam(exam_id, { archived }))),
    onSuccess: (exams, { archived }) =>
      toast({
        text: count(archived ? "exams.archived-done" : "exams.restored-done", exams.length),
        undo: () => archive.mutate({ exams, archived: !archived }),
      }),
    onError: (error) => toast({ text: t("exams.failed", { detail: describe(error) }), fault: true }),
    onSettled: () => client.invalidateQueries({ queryKey: examKeys.all }),
  });
  return (exams: Exam[], archived: boolean) => archive.mutate({ exams, archived });
}
